"""Watches a browser's profile: nothing in the console, nothing from another host."""

from __future__ import annotations

from collections.abc import Sequence

from playwright.sync_api import BrowserContext, ConsoleMessage, Request

# Chromium reports answers that refuse a form on purpose as errors, too.
_REFUSALS = ("status of 400", "status of 401", "status of 403", "status of 404", "status of 409")
_TOLERATED = (*_REFUSALS, "status of 422", "status of 429")


class Watch:
    """Collects what must not happen.

    Args:
        context: A profile before its first page.
        allowed: The addresses that its pages may ask.
    """

    def __init__(self, context: BrowserContext, *, allowed: Sequence[str]) -> None:
        self._context = context
        self._allowed = tuple(allowed)
        self.problems: list[str] = []
        context.on("console", self._note_message)
        context.on("weberror", lambda error: self.problems.append(f"error: {error.error}"))
        context.on("request", self._note_request)

    def finish(self) -> None:
        """Close the profile and judge it."""
        self._context.close()
        assert self.problems == []

    def _note_message(self, message: ConsoleMessage) -> None:
        is_refusal = any(words in message.text for words in _TOLERATED)
        if message.type in {"error", "warning"} and not is_refusal:
            self.problems.append(f"{message.type}: {message.text}")

    def _note_request(self, request: Request) -> None:
        if not request.url.startswith((*self._allowed, "data:")):
            self.problems.append(f"asked {request.url}")
