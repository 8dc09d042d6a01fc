"""What the server and the sandbox say once everything was played."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from appsprint.domain.app import Environment
from appsprint.domain.delivery import DeliveryStatus
from appsprint.entrypoints.demo.connecting import ConnectedApp
from appsprint.entrypoints.demo.funnel import Funnel
from appsprint.entrypoints.demo.sandbox_world import API as SANDBOX_API
from appsprint.entrypoints.demo.wire import Wire
from appsprint.services.ledger import LedgerResult

_PAGE = 500
_VISITS = re.compile(rb'^appsprint_visits_total\{kind="[a-z]+"\} ([0-9.e+]+)$', re.MULTILINE)
Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class AppOutcome:
    """What one app's report and books say; ``report`` is the API's answer."""

    connected: ConnectedApp
    report: Json
    ledger: LedgerResult
    clicks: int
    attributed: int
    organic: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Everything.

    Attributes:
        accepted, duplicates: Events that the sandbox took, and repeats that it dropped.
    """

    apps: Sequence[AppOutcome]
    funnel: Funnel
    accepted: int
    duplicates: int


def app_outcome(
    api: Wire, connected: ConnectedApp, ledger: LedgerResult, days: tuple[date, date]
) -> AppOutcome:
    """Ask for one app; ``days`` are the report's first and last."""
    first_on, last_on = days
    report = api.ask(
        "GET", f"{connected.path}/reports/campaigns?network=tiktok&start={first_on}&end={last_on}"
    )
    installs = [
        one
        for one in _items(api, f"{connected.path}/installs")
        if one["environment"] == Environment.LIVE
    ]
    attributed = sum(one["is_attributed"] for one in installs)
    return AppOutcome(
        connected=connected,
        report=report,
        ledger=ledger,
        clicks=sum(link["clicks"] for link in _items(api, f"{connected.path}/links")),
        attributed=attributed,
        organic=len(installs) - attributed,
    )


def outcome(apps: Sequence[AppOutcome], sandbox: Wire, visits: int) -> Outcome:
    """Everything together; ``visits`` is how many requests ad links had."""
    events = sandbox.ask("GET", f"{SANDBOX_API}/state")["events"]
    return Outcome(
        apps=apps,
        funnel=_funnel(apps, visits),
        accepted=events["accepted"],
        duplicates=events["duplicate"],
    )


def count_visits(api: Wire) -> int:
    """Requests to ad links that the server's metrics count so far, filtered ones included."""
    found = _VISITS.findall(api.send("GET", "/metrics").body)
    return sum(int(float(number)) for number in found)


def _funnel(apps: Sequence[AppOutcome], visits: int) -> Funnel:
    counts = [app.ledger.counts for app in apps]
    deliveries = [app.ledger.deliveries for app in apps]
    return Funnel(
        visits=visits,
        clicks=sum(app.clicks for app in apps),
        attributed=sum(app.attributed for app in apps),
        organic=sum(app.organic for app in apps),
        received=sum(one.received for one in counts),
        stored=sum(one.stored for one in counts),
        duplicates=sum(one.duplicates for one in counts),
        refused=sum(one.refused for one in counts),
        sent=sum(one[DeliveryStatus.SENT] for one in deliveries),
        skipped=sum(one[DeliveryStatus.SKIPPED] for one in deliveries),
        dead=sum(one[DeliveryStatus.DEAD] for one in deliveries),
    )


def _items(api: Wire, path: str) -> Iterator[Json]:
    """Every item of a list, page by page."""
    cursor = ""
    while True:
        page = api.ask("GET", f"{path}?limit={_PAGE}{cursor}")
        yield from page["items"]
        if page["next_cursor"] is None:
            return
        cursor = f"&cursor={page['next_cursor']}"
