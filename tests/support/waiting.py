"""Waiting for what happens on other threads and in other processes, with a deadline."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
WAIT_SECONDS = 20.0


def wait_for(question: Callable[[], T], *, seconds: float = WAIT_SECONDS) -> T:
    """Ask until the answer is true, and return it.

    Raises:
        AssertionError: It did not become true in time.
    """
    deadline = time.monotonic() + seconds
    while not (answer := question()):
        if time.monotonic() > deadline:
            raise AssertionError(f"still {answer!r} after {seconds:g} seconds")
        time.sleep(0.01)
    return answer
