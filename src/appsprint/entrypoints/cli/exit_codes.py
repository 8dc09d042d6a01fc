"""The one table from errors to exit codes: 0 done, 1 failed, 2 wrong usage."""

from __future__ import annotations

from appsprint.errors import AppsprintError, InvalidInput, MalformedRequest

FAILED = 1
WRONG_USAGE = 2


def exit_code_of(exc: AppsprintError) -> int:
    """2 where the command itself must be typed differently, 1 for everything else."""
    return WRONG_USAGE if isinstance(exc, InvalidInput | MalformedRequest) else FAILED
