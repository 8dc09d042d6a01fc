"""Sealed texts, wherever they are in SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence

from appsprint.adapters.sqlite.sql import queries
from appsprint.ports.sealed_texts import SealedPlace, SealedText

_SQL = queries("sealed_texts")
_REPLACE: Mapping[SealedPlace, str] = {
    SealedPlace.CONNECTION_GRANT: _SQL["replace_grant"],
    SealedPlace.CONNECTION_CREDENTIAL: _SQL["replace_credential"],
    SealedPlace.KEPT_ANSWER: _SQL["replace_answer"],
    SealedPlace.SECOND_FACTOR: _SQL["replace_second_factor"],
}
_DROP: Mapping[SealedPlace, str] = {
    SealedPlace.KEPT_ANSWER: _SQL["delete_answer"],
    SealedPlace.SECOND_FACTOR: _SQL["delete_second_factor"],
}
_BEFORE_ALL = ("", "", "")


class SqliteSealedTexts:
    """See ``ports.sealed_texts.SealedTextRepository``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def count_by_head(self) -> dict[str, int]:
        rows = self._connection.execute(_SQL["count_by_head"])
        return {row["head"]: row["amount"] for row in rows}

    def others(
        self, head: str, *, after: tuple[str, str, str] | None, limit: int
    ) -> Sequence[SealedText]:
        values = (head, *(after or _BEFORE_ALL), limit)
        return [
            SealedText(SealedPlace(row["place"]), (row["row_1"], row["row_2"]), row["text"])
            for row in self._connection.execute(_SQL["select_others"], values)
        ]

    def replace(self, sealed: SealedText, text: str) -> None:
        self._connection.execute(_REPLACE[sealed.place], (text, *sealed.row, sealed.text))

    def drop(self, sealed: SealedText) -> None:
        self._connection.execute(_DROP[sealed.place], sealed.row)

    def server_keys(self) -> frozenset[str]:
        return frozenset(
            row["key_id"] for row in self._connection.execute(_SQL["select_server_keys"])
        )

    def set_server_keys(self, key_ids: Sequence[str]) -> None:
        self._connection.execute(_SQL["delete_server_keys"])
        self._connection.executemany(_SQL["insert_server_key"], [(key_id,) for key_id in key_ids])
