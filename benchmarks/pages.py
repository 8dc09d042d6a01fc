"""``python -m benchmarks.pages``: how long each page of the dashboard takes with many events.

Fills a new database, starts ``appsprint serve`` on it, signs in and asks for every page: once
right after the start, then some times more. Figures are milliseconds on the clock, from the request
to the last byte, of one person at a time; the table is Markdown.
"""

from __future__ import annotations

import argparse
import os
import re
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import httpx

from appsprint.bootstrap import build
from appsprint.config import load_settings
from appsprint.domain.cost import AdEntity, AdLevel, CostRow
from appsprint.domain.money import to_micros
from appsprint.ports.store import UnitOfWork
from appsprint.services.rollups import RollupService
from appsprint.testing.builders import make_connection
from appsprint.testing.scene import Scene
from benchmarks.deliveries import cpu_seconds, running
from benchmarks.facts import ADS_OF_A_CAMPAIGN, CAMPAIGNS, DAYS, Wanted, fill, queue

OWNER, PASSWORD = "bench@example.com", "orbit-lentil-vacuum-9"
REPEATS = 9
_RETAINED = ("CLICKS", "INSTALLS", "EVENTS", "DELIVERIES")
_TOKEN = re.compile(r'name="csrf" value="([^"]+)"')

# What the table calls a page, and where it is below the app.
PAGES: Mapping[str, str] = {
    "Overview": "",
    "Overview, 90 days": "?days=90",
    "Start": "/start",
    "TikTok Ads": "/integrations/tiktok",
    "Event mapping": "/integrations/tiktok/mapping",
    "Ad links": "/links",
    "One ad link": "/links/{link}",
    "Campaigns, 7 days": "/reports/campaigns",
    "Campaigns, 28 days": "/reports/campaigns?days=28",
    "Ads, 28 days": "/reports/campaigns?days=28&breakdown=ad",
    "Why numbers differ, 28 days": "/reports/campaigns/differences?days=28",
    "Quality": "/quality",
    "Installs": "/installs",
    "Installs of a rare kind": "/installs?match_type=idfa",
    "One install": "/installs/{install}",
    "Live": "/live",
    "Deliveries": "/deliveries",
    "Deliveries, a rare reason": "/deliveries?reason=refund",
    "Deliveries, waiting": "/deliveries?status=retrying",
    "One delivery": "/deliveries/{delivery}",
    "Redrive": "/deliveries/redrive",
    "Settings": "/settings",
    "Audit log": "/settings/audit",
}
SERVER_PAGES: Mapping[str, str] = {
    "System": "/settings/system",
    "Ledger": "/settings/system?ledger=recent",
    "Members": "/settings/members",
}


def main() -> int:
    """Print a line for each page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages", description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--database", type=Path, help="fill this file once and keep it")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = (wanted.database or Path(folder) / "appsprint.db").absolute()
        environment = _environment(path)
        if not path.exists():
            _fill(environment, path, wanted.events)
        print(f"# {path.stat().st_size / 1e6:,.0f} MB, load average {os.getloadavg()[0]:.1f}")
        print("| page | first | again | processor |\n|---|---|---|---|")
        slowest = max(_measure(environment, path))
        print(f"# slowest page that was seen before: {slowest:.0f} ms")
    return 0


def _environment(path: Path) -> dict[str, str]:
    return {
        "APPSPRINT_DATABASE_URL": f"sqlite:///{path}",
        "APPSPRINT_PORT": "0",
        "APPSPRINT_LOG_LEVEL": "info",
        # Nothing leaves the machine while pages are timed.
        "APPSPRINT_TIKTOK_SYNC_MINUTES": "0",
        "APPSPRINT_TIKTOK_CHECK_MINUTES": "0",
        **{f"APPSPRINT_RETENTION_{kind}_DAYS": "0" for kind in _RETAINED},
    }


def _fill(environment: Mapping[str, str], path: Path, events: int) -> None:
    """Thirty days until now: facts, deliveries, costs, and the rollups over them."""
    now = datetime.now(UTC)
    wanted = Wanted(
        events=events,
        first_on=now.date() - timedelta(days=DAYS - 1),
        paid_every=4,
        until_ms=round(now.timestamp() * 1000),
    )
    with closing(build(load_settings(environment).settings, is_server=True)) as process:
        scene = Scene(process.store)
        members = process.services.members
        _, secret = members.invite(OWNER, "owner", None)
        members.accept(secret, PASSWORD)
        seal = process.services.secrets.seal
        connection = make_connection(
            app_id=scene.app_id,
            pixel_id="CBENCHMARK0001",
            events_token=seal("benchmark"),
            last_sync_at=now,
        )
        process.store.write(lambda uow: uow.connections.save(connection))
        fill(path, scene, wanted)
        tomorrow = now + timedelta(days=1)
        queue(path, scene, retry_at_ms=round(tomorrow.timestamp() * 1000))
        process.store.write(lambda uow: _import_costs(uow, scene, wanted.first_on))
        rollups = RollupService(store=process.store)
        while rollups.advance():
            pass


def _import_costs(uow: UnitOfWork, scene: Scene, first_on: date) -> None:
    """Every campaign, ad group and ad, with its spend of every day in the advertiser's currency."""
    now = datetime.now(UTC)
    entities = list(_entities())
    uow.costs.save_entities(scene.app_id, scene.network, entities, at=now)
    rows = [
        CostRow(
            level=one.level,
            entity_id=one.id,
            day_on=first_on + timedelta(days=day),
            as_of=now,
            spend_micros=to_micros(Decimal(10 + day)),
            impressions=5000,
            clicks=80,
            reported_installs=3,
            reported_revenue_micros=to_micros(Decimal(7)),
        )
        for one in entities
        for day in range(DAYS)
    ]
    uow.costs.save_costs(scene.app_id, scene.network, rows, currency="EUR")


def _entities() -> Iterator[AdEntity]:
    for number in range(CAMPAIGNS):
        campaign = f"c{number}"
        name = f"Campaign {number}"
        yield AdEntity(
            level=AdLevel.CAMPAIGN,
            id=campaign,
            name=name,
            campaign_id=campaign,
            objective="WEB_CONVERSIONS",
        )
        for ad in range(number * ADS_OF_A_CAMPAIGN, (number + 1) * ADS_OF_A_CAMPAIGN):
            for level in (AdLevel.ADGROUP, AdLevel.AD):
                yield AdEntity(
                    level=level,
                    id=f"a{ad}" if level is AdLevel.AD else f"g{ad}",
                    name=f"{level} {ad}",
                    campaign_id=campaign,
                    adgroup_id=f"g{ad}",
                )


def _measure(environment: Mapping[str, str], path: Path) -> Iterator[float]:
    """Print each page's times; yields what it takes when it was seen before."""
    with (
        running("serve", environment=environment) as (address, server),
        httpx.Client(base_url=address, timeout=60) as browser,
    ):
        _sign_in(browser)
        for name, place in _places(path).items():
            first = _milliseconds(browser, place)
            before = cpu_seconds(server)
            again = sorted(_milliseconds(browser, place) for _ in range(REPEATS))
            processor = (cpu_seconds(server) - before) / REPEATS * 1000
            median = again[REPEATS // 2]
            print(f"| {name} | {first:.0f} ms | {median:.0f} ms | {processor:.0f} ms |", flush=True)
            yield median


def _places(path: Path) -> dict[str, str]:
    """Every page's address, the single things filled in with the newest ones."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as reader:
        found = {
            "link": "SELECT max(link_id) FROM links",
            "install": "SELECT max(install_id) FROM installs",
            "delivery": "SELECT max(delivery_id) FROM deliveries",
        }
        newest = {name: reader.execute(query).fetchone()[0] for name, query in found.items()}
    below = {name: f"/apps/app_1{place.format(**newest)}" for name, place in PAGES.items()}
    return {**below, **SERVER_PAGES}


def _sign_in(browser: httpx.Client) -> None:
    token = _TOKEN.search(browser.get("/login").text)
    assert token is not None
    form = {"csrf": token[1], "email": OWNER, "password": PASSWORD}
    answer = browser.post("/login", data=form)
    assert answer.status_code == 303, answer.text


def _milliseconds(browser: httpx.Client, place: str) -> float:
    begun = time.perf_counter()
    answer = browser.get(place)
    assert answer.status_code == 200, (place, answer.status_code)
    return (time.perf_counter() - begun) * 1000


if __name__ == "__main__":
    sys.exit(main())
