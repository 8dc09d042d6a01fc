"""A database with many events, written past the repositories, which would take minutes."""

from __future__ import annotations

import random
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from appsprint.domain.money import to_micros
from appsprint.testing.scene import Scene

DAYS = 30
CAMPAIGNS = 40
ADS_OF_A_CAMPAIGN = 10
EVENTS_OF_AN_INSTALL = 10
_DAY_MS = 86_400_000
_COUNTRIES = ("US", "DE", "FR", "BR", "JP", "GB", "MX", "ID", "VN", "TR")
_CURRENCIES = ("USD", "USD", "USD", "EUR", "JPY")
_UNPAID = ("session_start", "view_item", "add_to_cart")

Row = tuple[object, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """How many facts, and of when.

    Attributes:
        first_on: The first of ``DAYS`` days, in UTC.
        paid_every: One event in so many is a purchase with a value.
        until_ms: Nothing is later.
    """

    events: int
    first_on: date
    paid_every: int = 1
    until_ms: int = sys.maxsize

    @property
    def installs(self) -> int:
        """Each has some events."""
        return self.events // EVENTS_OF_AN_INSTALL


def fill(path: Path, scene: Scene, wanted: Wanted) -> None:
    """Write clicks, installs that they earned, and events, in the order of time."""
    rng = random.Random(7)
    times = _times(rng, wanted, wanted.installs)
    ids = [f"{at:012x}{number:020x}" for number, at in enumerate(times)]
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA synchronous = OFF")
        numbered = list(zip(ids, times, strict=True))
        clicks = ((scene.app_id, one, scene.link_id, at, _page(one)) for one, at in numbered)
        connection.executemany(_CLICK, clicks)
        connection.executemany(
            _INSTALL, ((scene.app_id, one, at, rng.choice(_COUNTRIES)) for one, at in numbered)
        )
        connection.executemany(_DECISION, (_decision(scene, rng, *one) for one in numbered))
        connection.executemany(_EVENT, _events(scene, rng, wanted, ids))
        connection.execute("ANALYZE")


def queue(path: Path, scene: Scene, *, retry_at_ms: int) -> None:
    """Give every event its delivery: nine of ten were sent, the rest stands everywhere else."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute(_CALL, (scene.app_id,))
        connection.execute(_DELIVERY, (scene.app_id, retry_at_ms))
        connection.execute("ANALYZE")


def first_install(path: Path) -> str:
    """The id of the earliest install."""
    with closing(sqlite3.connect(path)) as connection:
        return str(connection.execute("SELECT min(install_id) FROM installs").fetchone()[0])


_CLICK = """
INSERT INTO clicks (app_id, click_id, link_id, network, occurred_at_ms, client_ip, user_agent,
page_url, earns_credit) VALUES (?1, 'clk_' || ?2, ?3, 'tiktok', ?4, '203.0.113.7',
'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148', ?5, 1)
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
VALUES (?1, 'evt_' || ?2, 'sdk-' || ?2, 'ins_' || ?3, 'device-' || ?3, 'live',
?4, ?5, ?5, ?5, ?6, ?7, '{"sku":"coins_100"}', '203.0.113.7')
"""
_CALL = """
INSERT INTO network_calls (call_id, app_id, at_ms, http_status, code, message, request_id,
duration_ms) VALUES (1, ?, 0, 200, 0, 'OK', 'req-1', 12)
"""
# Sent, or as the last digits of the row's number say: some reasons are rare.
_DELIVERY = """
INSERT INTO deliveries (app_id, delivery_id, network, event_id, event_row_id, install_id,
appsprint_id, sdk_event, network_event, network_event_id, pixel_id, status, reason, attempts,
created_at_ms, next_attempt_at_ms, sent_at_ms, call_id)
SELECT app_id, 'dlv_' || substr(id, 5), 'tiktok', event_id, id, install_id, appsprint_id,
    event_type, iif(event_type = 'purchase', 'Purchase', 'ViewContent'), id, 'CBENCHMARK0001',
    status, reason, status IN ('sent', 'dead'), received_at_ms,
    iif(status = 'retrying', ?2, NULL), iif(status = 'sent', received_at_ms + 2000, NULL),
    iif(status IN ('sent', 'dead'), 1, NULL)
FROM (
    SELECT *, CASE
        WHEN rowid % 100 < 90 THEN 'sent' WHEN rowid % 100 < 98 THEN 'skipped'
        WHEN rowid % 100 = 98 THEN 'dead' ELSE 'retrying' END AS status,
    CASE
        WHEN rowid % 100000 = 95 THEN 'refund' WHEN rowid % 100 BETWEEN 90 AND 97
        THEN 'missing_ttclid' WHEN rowid % 100000 = 98 THEN 'rejected_by_network'
        WHEN rowid % 100 = 98 THEN 'retries_exhausted' END AS reason
    FROM events WHERE app_id = ?1
) ORDER BY id
"""


def _times(rng: random.Random, wanted: Wanted, amount: int) -> list[int]:
    """Instants of all the days, the earliest first."""
    start_ms = round(datetime.combine(wanted.first_on, datetime.min.time(), UTC).timestamp() * 1000)
    end_ms = min(start_ms + DAYS * _DAY_MS, wanted.until_ms)
    return sorted(rng.randrange(start_ms, end_ms) for _ in range(amount))


def _page(one: str) -> str:
    campaign = f"campaign_id=c1&campaign_name=Spring&adgroup_id=g1&ad_id=a1&ttclid=E.C.P.{one}"
    return f"https://go.example.com/c/bench?{campaign}"


def _decision(scene: Scene, rng: random.Random, one: str, at_ms: int) -> Row:
    campaign = rng.randrange(CAMPAIGNS)
    ad = campaign * ADS_OF_A_CAMPAIGN + rng.randrange(ADS_OF_A_CAMPAIGN)
    return scene.app_id, one, at_ms, scene.link_id, f"c{campaign}", ad


def _events(scene: Scene, rng: random.Random, wanted: Wanted, ids: list[str]) -> Iterator[Row]:
    for number, at in enumerate(_times(rng, wanted, wanted.events)):
        owner = rng.choice(ids)
        one = f"{at:012x}{number:020x}"
        if number % wanted.paid_every:
            yield scene.app_id, one, owner, rng.choice(_UNPAID), at, None, None
            continue
        micros = to_micros(Decimal(rng.randrange(99, 9999)) / 100)
        yield scene.app_id, one, owner, "purchase", at, micros, rng.choice(_CURRENCIES)
