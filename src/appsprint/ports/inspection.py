"""Looks at a store from outside the units of work, for ``appsprint doctor``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from appsprint.domain.ids import AppId
from appsprint.domain.link import AdNetwork


@dataclass(frozen=True, slots=True)
class SchemaVersions:
    """The number of the last migration that ran, and of the newest that the program knows."""

    present: int
    newest: int


@dataclass(frozen=True, slots=True)
class StorageSizes:
    """Bytes on disk: of the store itself, and of its log of writes that are not folded in yet."""

    store_bytes: int
    log_bytes: int


class StoreInspection(Protocol):
    """Reads only, beside a running server. Any call may raise ``StoreUnavailable``."""

    def versions(self) -> SchemaVersions:
        """Which schema the store has.

        Raises:
            ConfigurationError: It holds something else than our tables.
        """
        ...

    def damages(self) -> Sequence[str]:
        """What is broken in the stored bytes, in the store's words; reads everything once."""
        ...

    def sizes(self) -> StorageSizes:
        """How much room the store takes."""
        ...

    def engine(self) -> str:
        """The program that keeps the store, with its version."""
        ...

    def oldest_due_at(self, app_id: AppId, network: AdNetwork) -> datetime | None:
        """When the longest waiting open delivery became or becomes due; None without any."""
        ...
