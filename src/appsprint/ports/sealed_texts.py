"""Every sealed text that the store holds, wherever it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class SealedPlace(StrEnum):
    """The columns that hold sealed texts."""

    CONNECTION_GRANT = "connections.oauth_token"
    CONNECTION_CREDENTIAL = "connections.events_token"
    KEPT_ANSWER = "idempotency_keys.sealed_body"
    SECOND_FACTOR = "members.sealed_totp"


@dataclass(frozen=True, slots=True)
class SealedText:
    """A sealed text and where it is.

    Attributes:
        row: The key of its row: app and network of a connection, scope and key of an answer, a
            member's id and nothing.
    """

    place: SealedPlace
    row: tuple[str, str]
    text: str

    @property
    def position(self) -> tuple[str, str, str]:
        """Where it stands in the order of ``SealedTextRepository.others``."""
        return (self.place.value, *self.row)


class SealedTextRepository(Protocol):
    """Control plane."""

    def count_by_head(self) -> dict[str, int]:
        """How many texts there are by their first ``HEAD_LENGTH`` characters."""
        ...

    def others(
        self, head: str, *, after: tuple[str, str, str] | None, limit: int
    ) -> Sequence[SealedText]:
        """Texts that do not begin with ``head``, in the order of their position.

        Args:
            after: Only those behind this position; None begins.
        """
        ...

    def replace(self, sealed: SealedText, text: str) -> None:
        """Put another text in its place, unless it was changed meanwhile."""
        ...

    def drop(self, sealed: SealedText) -> None:
        """Forget a kept answer, or a member's second factor; connections are ended instead."""
        ...

    def server_keys(self) -> frozenset[str]:
        """The ids of the keys that the server knew when it last started; empty before."""
        ...

    def set_server_keys(self, key_ids: Sequence[str]) -> None:
        """Remember the keys that a server starts with."""
        ...
