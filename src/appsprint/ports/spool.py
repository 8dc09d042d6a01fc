"""A place on disk for clicks that the store could not take in time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from appsprint.domain.click import Click, FilteredVisit


class ClickSpool(Protocol):
    """Keeps clicks, in order, until the store can take them. Safe to call from any thread."""

    def append(self, clicks: Sequence[Click | FilteredVisit]) -> None:
        """Keep clicks; when this returns they survive a power cut.

        Raises:
            StoreUnavailable: The disk cannot take them.
        """
        ...

    def take(self) -> Sequence[Click | FilteredVisit]:
        """What was kept, oldest first; the same again until ``drop_taken`` is called."""
        ...

    def drop_taken(self) -> None:
        """Forget what ``take`` gave: the store has it now."""
        ...

    def is_empty(self) -> bool:
        """Whether nothing waits."""
        ...
