"""A list of networks that its operator renews while the server runs."""

from __future__ import annotations

from typing import Protocol

from appsprint.domain.shared_network import SharedNetworks


class NetworkList(Protocol):
    """Asked from any thread; ``refresh`` is called from one."""

    def networks(self) -> SharedNetworks:
        """The list as it was last read, from memory.

        Raises:
            ConfigurationError: It was never read before, and cannot be.
        """
        ...

    def refresh(self) -> None:
        """Read the list again if it changed; one that cannot be read leaves the last in force."""
        ...

    def problem(self) -> str | None:
        """Why the list as it is now cannot be used; None when it can."""
        ...
