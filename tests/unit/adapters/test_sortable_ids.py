"""Identifiers: unique, and sortable by the time they were made."""

from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from appsprint.adapters.system import SortableIds, SystemClock
from appsprint.domain.ids import IdPrefix


def test_an_identifier_has_its_prefix_and_32_digits() -> None:
    """Lower-case hex digits."""
    ids = SortableIds()

    for prefix in IdPrefix:
        assert re.fullmatch(rf"{prefix}[0-9a-f]{{32}}", ids.new(prefix))


def test_identifiers_sort_in_the_order_they_were_made() -> None:
    """Also within one millisecond."""
    ids = SortableIds()
    made = [ids.new(IdPrefix.CLICK) for _ in range(20_000)]

    assert made == sorted(set(made))


def test_identifiers_are_unique_over_threads() -> None:
    """And each thread's own are in order."""
    ids = SortableIds()

    def make(_: int) -> list[str]:
        return [ids.new(IdPrefix.EVENT) for _ in range(2_000)]

    with ThreadPoolExecutor(8) as pool:
        batches = list(pool.map(make, range(8)))

    assert all(batch == sorted(batch) for batch in batches)
    assert len({one for batch in batches for one in batch}) == 16_000


def test_two_sources_do_not_collide() -> None:
    """Two processes make ids in the same millisecond."""
    sources = SortableIds(), SortableIds()
    made = [source.new(IdPrefix.EVENT) for _ in range(1_000) for source in sources]

    assert len(set(made)) == 2_000


def test_an_identifier_tells_its_millisecond() -> None:
    """So ids of a later start sort after those of an earlier one."""
    before = time.time_ns() // 1_000_000
    made = SortableIds().new(IdPrefix.CLICK).removeprefix(IdPrefix.CLICK)

    assert before <= int(made[:12], 16) <= time.time_ns() // 1_000_000


def test_the_clock_tells_the_real_time_in_utc() -> None:
    """Aware, so that nothing has to guess its zone."""
    now = SystemClock().now()

    assert now.utcoffset() == timedelta(0)
    assert abs(now - datetime.now(UTC)) < timedelta(seconds=5)
