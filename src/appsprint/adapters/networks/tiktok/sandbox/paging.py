"""Pages of a list and the ``page_info`` that TikTok puts beside them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """The items of one page and its ``page_info``. Beyond the last page there are none."""

    items: Sequence[T]
    info: Mapping[str, int]


def paged(items: Sequence[T], *, page: int, page_size: int) -> Page[T]:
    """One page of a list; pages count from 1."""
    start = (page - 1) * page_size
    info = {
        "page": page,
        "page_size": page_size,
        "total_number": len(items),
        "total_page": -(-len(items) // page_size),
    }
    return Page(items[start : start + page_size], info)
