"""Work that is done for each of many, on several cores where a process can be forked."""

from __future__ import annotations

import multiprocessing
import sys
import warnings
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from typing import Any, TypeVar

T = TypeVar("T")
U = TypeVar("U")


def each(make: Callable[[T], U], items: Sequence[T], *, workers: int) -> list[U]:
    """What `make` gives for each item, in their order. Raises what `make` raises.

    With `workers` above 1, and on Linux, forks share the items out; they have in memory what this process has read so far. One
    whose parent is gone ends with its next item, since nobody is left to read it.
    """
    workers = min(workers, len(items))
    if workers < 2 or sys.platform != "linux":
        return [make(item) for item in items]
    forks = multiprocessing.get_context("fork")
    ends: list[Connection] = []
    for first in range(workers):
        here, there = forks.Pipe(duplex=False)
        ends.append(here)
        fork = forks.Process(target=_share, args=(make, items[first::workers], there, ends), daemon=True)
        with warnings.catch_warnings():  # threads that this process has do not hold what `make` uses
            warnings.filterwarnings("ignore", message=".*multi-threaded.*fork", category=DeprecationWarning)
            fork.start()
        there.close()
    return [_received(ends[place % workers]) for place in range(len(items))]


def _share(make: Callable[[T], U], items: Sequence[T], link: Connection, ends: Sequence[Connection]) -> None:
    """A fork's part: send what was made of each item, or what was raised, at which it ends."""
    for end in ends:  # the parent's: with copies of them open here, nobody would learn that it is gone
        end.close()
    try:
        for item in items:
            link.send((make(item), None))
    except (BrokenPipeError, KeyboardInterrupt):
        return
    except Exception as error:
        link.send((None, error))


def _received(link: Connection) -> Any:
    try:
        made, error = link.recv()
    except EOFError:
        raise RuntimeError("a process that wrote letters has died; was there not enough memory?") from None
    if error is not None:
        raise error
    return made
