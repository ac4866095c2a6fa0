"""Errors → one message and an exit code; SIGTERM ends a command as Ctrl-C does."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator

import typer

from segkit.errors import SegkitError

INTERRUPTED = 130


@contextlib.contextmanager
def clear_errors(*, debug: bool) -> Iterator[None]:
    """Every error as one message and its exit code; SIGTERM ends a command as Ctrl-C does."""
    with _terminable():
        try:
            yield
        except (Exception, KeyboardInterrupt) as error:
            if debug:
                import traceback

                typer.echo(traceback.format_exc(), err=True)
            code, message = _verdict(error)
            typer.echo(f"segkit: {message}", err=True)
            raise typer.Exit(code) from None


def _verdict(error: BaseException) -> tuple[int, str]:
    """Exit code and message of an error."""
    if isinstance(error, SegkitError):
        return error.exit_code, str(error)
    if isinstance(error, KeyboardInterrupt):
        return INTERRUPTED, "interrupted. `segkit run` with --resume goes on from there."
    return 1, f"unexpected {type(error).__name__}: {error} (--debug shows where)"


@contextlib.contextmanager
def _terminable() -> Iterator[None]:
    def stop(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
