"""Lists a page at a time: ``limit`` and ``cursor`` in, ``items`` and ``next_cursor`` out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Generic, TypeVar

import msgspec

from appsprint.entrypoints.http.api.decoding import Cursor

A = TypeVar("A")
T = TypeVar("T")

DEFAULT_LIMIT = 50
MAX_LIMIT = 500


class PageQuery(msgspec.Struct, frozen=True, kw_only=True):
    """The parameters that every list has."""

    limit: Annotated[
        int, msgspec.Meta(ge=1, le=MAX_LIMIT, description="How many items to answer with.")
    ] = DEFAULT_LIMIT
    cursor: Annotated[
        Cursor | None,
        msgspec.Meta(description="`next_cursor` of the page before, as it was given."),
    ] = None

    @property
    def after(self) -> str | None:
        """The id below which the page begins."""
        return None if self.cursor is None else self.cursor.after

    @property
    def read(self) -> int:
        """How many to ask a service for: one more tells whether there is a further page."""
        return self.limit + 1


class Page(msgspec.Struct, Generic[A], frozen=True, kw_only=True):
    """Part of a list, and how to get the next part; `next_cursor` is null on the last page."""

    items: list[A]
    next_cursor: str | None


def page_of(
    found: Sequence[T], query: PageQuery, *, id_of: Callable[[T], str], render: Callable[[T], A]
) -> Page[A]:
    """The page for what a service gave when it was asked for ``query.read`` items."""
    shown = found[: query.limit]
    has_more = len(found) > query.limit
    return Page(
        items=[render(one) for one in shown],
        next_cursor=Cursor.text_of(id_of(shown[-1])) if has_more else None,
    )
