"""``python -m benchmarks.reports``: the time of a report over a database with many events.

Fills a new database with installs and purchases and asks for reports, before there is a rollup and
when it has caught up. Figures are processor time.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
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
from appsprint.domain.money import to_micros
from appsprint.domain.report import Breakdown
from appsprint.domain.report_query import ReportQuery
from appsprint.services.reports import ReportService
from appsprint.services.rollups import RollupService
from appsprint.testing.scene import Scene

DAYS = 30
CAMPAIGNS = 40
ADS_OF_A_CAMPAIGN = 10
EVENTS_OF_AN_INSTALL = 10
FIRST_ON = date(2026, 3, 1)
REPEATS = 5
RATES = EcbExchangeRates()
_COUNTRIES = ("US", "DE", "FR", "BR", "JP", "GB", "MX", "ID", "VN", "TR")
_CURRENCIES = ("USD", "USD", "USD", "EUR", "JPY")


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
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "appsprint.db"
        with closing(SqliteStore(path)) as store:
            scene = Scene(store)
            seconds = _timed(lambda: fill(path, scene, events))
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
            scene.event(InstallId("ins_0"), LastDay().now(), revenue=Decimal(1))
            now = _median(store, scene, Breakdown.CAMPAIGN)
            print(f"report with an event behind the mark: {now:.1f} ms")
    return 0


def fill(path: Path, scene: Scene, events: int) -> None:
    """Write the facts as the store has them, past the repositories, which would take minutes."""
    rng = random.Random(7)
    installs = events // EVENTS_OF_AN_INSTALL
    start_ms = round(datetime.combine(FIRST_ON, datetime.min.time(), UTC).timestamp() * 1000)
    span_ms = DAYS * 86_400_000
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA synchronous = OFF")
        times = sorted(start_ms + rng.randrange(span_ms) for _ in range(installs))
        numbered = list(enumerate(times))
        rows = ((scene.app_id, number, scene.link_id, at) for number, at in numbered)
        connection.executemany(_CLICK, rows)
        connection.executemany(_INSTALL, (_install(scene, rng, *one) for one in numbered))
        connection.executemany(_DECISION, (_decision(scene, rng, *one) for one in numbered))
        owners = sorted((start_ms + rng.randrange(span_ms), n) for n in range(events))
        connection.executemany(_EVENT, (_event(scene, rng, n, at, installs) for at, n in owners))
        connection.execute("ANALYZE")


_CLICK = """
INSERT INTO clicks (app_id, click_id, link_id, network, occurred_at_ms, client_ip, user_agent,
page_url, earns_credit) VALUES (?1, 'clk_' || ?2, ?3, 'tiktok', ?4, '', '', '', 1)
"""
_INSTALL = """
INSERT INTO installs (app_id, install_id, appsprint_id, dialect, environment, platform,
installed_at_ms, received_at_ms, client_ip, country, body)
VALUES (?1, 'ins_' || ?2, 'device-' || ?2, 'appsprint', 'live', 'ios', ?3, ?3, '', ?4, '{}')
"""
_DECISION = """
INSERT INTO attributions (app_id, install_id, version, decided_at_ms, rule_version, match_type,
confidence, reason, click_id, link_id, network, campaign_id, campaign_name, adgroup_id, ad_id,
explanation, is_in_force)
VALUES (?1, 'ins_' || ?2, 1, ?3, 1, 'click_id', 1, 'click_id_match', 'clk_' || ?2, ?4, 'tiktok',
?5, 'Campaign ' || ?5, 'g' || ?6, 'a' || ?6, '{}', 1)
"""
_EVENT = """
INSERT INTO events (app_id, id, event_id, install_id, appsprint_id, environment, event_type,
occurred_at_ms, device_timestamp_ms, received_at_ms, revenue_micros, currency, parameters,
client_ip)
VALUES (?1, 'evt_' || printf('%032x', ?2), 'sdk-' || ?2, 'ins_' || ?3, 'device-' || ?3, 'live',
'purchase', ?4, ?4, ?4, ?5, ?6, '{"sku":"coins_100"}', '203.0.113.7')
"""


def _install(scene: Scene, rng: random.Random, number: int, at_ms: int) -> tuple[object, ...]:
    return scene.app_id, number, at_ms, rng.choice(_COUNTRIES)


def _decision(scene: Scene, rng: random.Random, number: int, at_ms: int) -> tuple[object, ...]:
    campaign = rng.randrange(CAMPAIGNS)
    ad = campaign * ADS_OF_A_CAMPAIGN + rng.randrange(ADS_OF_A_CAMPAIGN)
    return scene.app_id, number, at_ms, scene.link_id, f"c{campaign}", ad


def _event(
    scene: Scene, rng: random.Random, number: int, at_ms: int, installs: int
) -> tuple[object, ...]:
    micros = to_micros(Decimal(rng.randrange(99, 9999)) / 100)
    owner = rng.randrange(installs)
    return scene.app_id, number, owner, at_ms, micros, rng.choice(_CURRENCIES)


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
