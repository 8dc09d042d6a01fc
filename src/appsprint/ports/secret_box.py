"""Encryption at rest."""

from __future__ import annotations

from typing import Protocol


class SecretBox(Protocol):
    """Seals secrets for the store and opens them for use."""

    def seal(self, plain: str) -> str:
        """The sealed text; different every time, and it names the key that made it."""
        ...

    def open(self, sealed: str) -> str:
        """The plain text.

        Raises:
            ConfigurationError: No key of ours opens it: the secret key is missing or wrong.
        """
        ...
