"""Encryption at rest, and the keys behind it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class SecretBox(Protocol):
    """Seals secrets for the store and opens them for use.

    Whoever stores a sealed text lists its place in ``ports.sealed_texts``: the keys that the
    store needs are known from there, and changing the key reaches every text.
    """

    def seal(self, plain: str) -> str:
        """The sealed text; different every time, and it names the key that made it.

        Raises:
            ConfigurationError: There is no key, or keys are missing that stored texts need.
        """
        ...

    def open(self, sealed: str) -> str:
        """The plain text.

        Raises:
            ConfigurationError: No key of ours opens it: the secret key is missing or wrong.
        """
        ...


class KeyRing(Protocol):
    """The keys that this process knows, by their ids; they can change while it runs."""

    def key_ids(self) -> Sequence[str]:
        """The current key first, then those that only open; empty when there is none.

        Raises:
            ConfigurationError: A key file cannot be read.
        """
        ...

    def is_from_settings(self) -> bool:
        """Whether the operator names the current key in the settings, and changes it there."""
        ...

    def unused_key_ids(self) -> Sequence[str]:
        """Keys of the key file that do not count, as the settings name the current one.

        Raises:
            ConfigurationError: The key file cannot be read.
        """
        ...

    def make_key(self) -> str:
        """Make a new current key; the others go on opening. Its id.

        Raises:
            ConfigurationError: The current key comes from the settings, or the key file cannot
                be written.
        """
        ...
