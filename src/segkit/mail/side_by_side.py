"""Work that is done for each of many, on several cores where a process can be forked."""

from __future__ import annotations

import multiprocessing
import sys
import traceback
import warnings
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection, wait
from typing import Any, TypeVar, cast

T = TypeVar("T")
U = TypeVar("U")


def each(make: Callable[[T], U], items: Sequence[T], *, workers: int) -> list[U]:
    """What `make` gives for each item, in their order. Raises what `make` raises.

    With `workers` above 1, and on Linux, forks take the items one after the other; they have in memory what this process has
    read so far. One whose parent is gone ends with its item, since nobody is left to ask for another.
    """
    workers = min(workers, len(items))
    if workers < 2 or sys.platform != "linux":
        return [make(item) for item in items]
    made: dict[int, U] = {}
    busy: dict[Connection, int] = {}
    left = list(range(len(items)))
    for end in _forked(make, items, workers):
        busy[end] = left.pop(0)
        end.send(busy[end])
    while busy:
        for end in cast("list[Connection]", wait(list(busy))):
            made[busy.pop(end)] = _received(end)
            if left:
                busy[end] = left.pop(0)
                end.send(busy[end])
    return [made[place] for place in range(len(items))]


def _forked(make: Callable[[T], U], items: Sequence[T], workers: int) -> list[Connection]:
    """The ends at which forks are asked."""
    forks = multiprocessing.get_context("fork")
    ends: list[Connection] = []
    for _ in range(workers):
        here, there = forks.Pipe()
        ends.append(here)
        fork = forks.Process(target=_serve, args=(make, items, there, ends), daemon=True)
        with warnings.catch_warnings():  # threads that this process has do not hold what `make` uses
            warnings.filterwarnings("ignore", message=".*multi-threaded.*fork", category=DeprecationWarning)
            fork.start()
        there.close()
    return ends


def _serve(make: Callable[[T], U], items: Sequence[T], link: Connection, ends: Sequence[Connection]) -> None:
    """In a fork: send what was made of each item that is asked for, or what was raised, at which it ends."""
    for end in ends:  # the parent's: with copies of them open here, nobody would learn that it is gone
        end.close()
    try:
        while True:
            link.send((make(items[link.recv()]), None))
    except (EOFError, ConnectionError, KeyboardInterrupt):
        return
    except Exception as error:
        error.add_note(traceback.format_exc())  # where it was raised does not travel with it
        link.send((None, error))


def _received(end: Connection) -> Any:
    try:
        made, error = end.recv()
    except (EOFError, ConnectionError):
        raise RuntimeError("a process that wrote letters has died; was there not enough memory?") from None
    if error is not None:
        raise error
    return made
