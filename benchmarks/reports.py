"""``python -m benchmarks.reports``: the time of a report over a database with many events.

Fills a new database with installs and purchases and asks for reports, before there is a rollup and
when it has caught up. Figures are processor time.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from appsprint.adapters.exchange_rates.ecb import EcbExchangeRates
from appsprint.adapters.sqlite.store import SqliteStore
from appsprint.domain.ids import InstallId
from appsprint.domain.report import Breakdown
from appsprint.domain.report_query import ReportQuery
from appsprint.services.reports import ReportService
from appsprint.services.rollups import RollupService
from appsprint.testing.scene import Scene
from benchmarks.facts import DAYS, Wanted, fill, first_install

FIRST_ON = date(2026, 3, 1)
REPEATS = 5
RATES = EcbExchangeRates()


class LastDay:
    """The evening of the last day."""

    def now(self) -> datetime:
        """Always the same."""
        return datetime(2026, 3, DAYS, 23, tzinfo=UTC)


def main() -> int:
    """Print a line for each figure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reports", description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    events = parser.parse_args().events
    wanted = Wanted(events=events, first_on=FIRST_ON)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "appsprint.db"
        with closing(SqliteStore(path)) as store:
            scene = Scene(store)
            seconds = _timed(lambda: fill(path, scene, wanted))
            print(
                f"filled: {events:,} events, {path.stat().st_size / 1e6:,.0f} MB, {seconds:.1f} s"
            )
            RATES.check()
            without = {by: _median(store, scene, by, repeats=1) for by in Breakdown}
            rollups = RollupService(store=store)
            seconds = _timed(lambda: _catch_up(rollups))
            print(f"caught up: {seconds:.1f} s, {events / seconds:,.0f} events/s")
            for by in Breakdown:
                now = _median(store, scene, by)
                print(f"report by {by}: {now:.1f} ms; from the facts {without[by]:,.0f} ms")
            scene.event(InstallId(first_install(path)), LastDay().now(), revenue=Decimal(1))
            now = _median(store, scene, Breakdown.CAMPAIGN)
            print(f"report with an event behind the mark: {now:.1f} ms")
    return 0


def _catch_up(rollups: RollupService) -> None:
    while rollups.advance():
        pass


def _median(store: SqliteStore, scene: Scene, by: Breakdown, *, repeats: int = REPEATS) -> float:
    """Milliseconds of a report on all days, the middle one of some."""
    service = ReportService(store=store, clock=LastDay(), rates=RATES)
    query = ReportQuery(start_on=FIRST_ON, end_on=FIRST_ON + timedelta(days=DAYS - 1), breakdown=by)
    times = sorted(_timed(lambda: service.campaigns(scene.app_id, query)) for _ in range(repeats))
    return times[repeats // 2] * 1000


def _timed(work: Callable[[], object]) -> float:
    """Seconds of processor time, which other programs on the machine do not change."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


if __name__ == "__main__":
    sys.exit(main())
