"""Errors a user can act on. Each message names the value, the place and the remedy."""

from __future__ import annotations

from pathlib import Path


class SegkitError(Exception):
    """Base of all errors segkit raises on purpose; `exit_code` is what the command returns."""

    exit_code = 1


class InputError(SegkitError):
    """The input or the config is wrong: one clear message, no traceback."""

    exit_code = 2


class StepError(SegkitError):
    """A step of the run failed; the message says which, and where its remains are kept: in `remains`, once they are there.
    `exit_code` is that of InputError where a notebook's cell raised one: a parameter is wrong, or a table is not there."""

    exit_code = 1
    remains: Path | None = None


class MailError(SegkitError):
    """A mail did not go out, or nobody knows whether it did; the message says which."""

    exit_code = 1


class LockedError(SegkitError):
    """Another run holds the lock."""

    exit_code = 3
