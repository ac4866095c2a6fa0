"""Errors a user can act on. Each message names the value, the place and the remedy."""

from __future__ import annotations


class SegkitError(Exception):
    """Base of all errors segkit raises on purpose; `exit_code` is what the command returns."""

    exit_code = 1


class InputError(SegkitError):
    """The input or the config is wrong: one clear message, no traceback."""

    exit_code = 2


class StepError(SegkitError):
    """A step of the run failed; the message says which, and where its remains are kept."""

    exit_code = 1


class LockedError(SegkitError):
    """Another run holds the lock."""

    exit_code = 3
