"""Whole reports against documents that were worked out by hand; see reports/README.md."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from appsprint.adapters.sqlite.store import SqliteStore
from appsprint.domain.connection import Advertiser, Connection, OAuthState
from appsprint.domain.cost import AdLevel
from appsprint.domain.ids import InstallId
from appsprint.domain.report import Breakdown, Report
from appsprint.domain.report_query import ReportQuery
from appsprint.services.report_document import report_document, to_csv
from appsprint.services.reports import ReportService
from appsprint.services.rollups import RollupService
from appsprint.testing.scene import Scene

CASES = sorted((Path(__file__).parent / "reports").glob("*.json"))

Case = dict[str, Any]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    """An empty store."""
    opened = SqliteStore(tmp_path / "store.db")
    yield opened
    opened.close()


@pytest.mark.parametrize(
    "passes",
    [
        pytest.param(0, id="from the facts"),
        # The first begins a rollup, the second reads one fact.
        pytest.param(2, id="from a rollup and its tail"),
        pytest.param(1000, id="from a rollup"),
    ],
)
@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_report(path: Path, passes: int, store: SqliteStore) -> None:
    """The report is the document that was worked out by hand, and its CSV says the same."""
    case = json.loads(path.read_text(encoding="utf-8"))
    scene, links = told(case, store)
    rollups = RollupService(store=store, step_facts=1)
    any(not rollups.advance() for _ in range(passes))

    report = report_on(case, scene)

    document = json.loads(json.dumps(report_document(report)))
    assert document == with_link_ids(case["expected"], links)
    assert list(csv.DictReader(io.StringIO(to_csv(report), newline=""))) == [
        {field: "" if value is None else str(value) for field, value in item.items()}
        for item in document["items"]
    ]


class FixedClock:
    """Always the same instant."""

    def __init__(self, now: str) -> None:
        self._now = datetime.fromisoformat(now)

    def now(self) -> datetime:
        """The case's instant."""
        return self._now


class RateTable:
    """The case's rates and no others."""

    def __init__(self, rows: list[list[str]]) -> None:
        self._rates = {(row[0], row[1], row[2]): Decimal(row[3]) for row in rows}

    def rate(self, from_currency: str, to_currency: str, on: date) -> Decimal | None:
        """The rate of exactly that day."""
        return self._rates.get((from_currency, to_currency, on.isoformat()))

    def newest_on(self) -> date:
        """The last day of the table."""
        return max((date.fromisoformat(day) for _, _, day in self._rates), default=date.min)


def asked_of(case: Case) -> ReportQuery:
    """The case's question; what it does not name has its default."""
    asked: dict[str, str] = case["asked"]
    return ReportQuery(
        start_on=date.fromisoformat(asked["start"]) if "start" in asked else None,
        end_on=date.fromisoformat(asked["end"]) if "end" in asked else None,
        breakdown=Breakdown(asked.get("breakdown", Breakdown.CAMPAIGN)),
    )


def report_on(case: Case, scene: Scene) -> Report:
    """What the service answers to the case's question."""
    service = ReportService(
        store=scene.store, clock=FixedClock(case["now"]), rates=RateTable(case.get("rates", []))
    )
    return service.campaigns(scene.app_id, asked_of(case))


def told(case: Case, store: SqliteStore) -> tuple[Scene, dict[str, str]]:
    """The case's facts in a store, and the ids of its links by name."""
    scene = Scene(store, **case.get("app", {}))
    connect(case, scene)
    links = {name: scene.link(name) for name in case.get("links", [])}
    for entity in case.get("entities", []):
        told_entity = {**entity, "level": AdLevel(entity["level"])}
        scene.entity(told_entity.pop("level"), told_entity.pop("id"), **told_entity)
    for cost in case.get("costs", []):
        tell_cost(scene, dict(cost))
    installs: dict[str, InstallId] = {}
    for install in case.get("installs", []):
        clicked = {key: value for key, value in install.items() if key not in {"id", "at", "link"}}
        at, link_id = datetime.fromisoformat(install["at"]), links.get(install.get("link"))
        installs[install["id"]] = scene.credited_install(at, link_id=link_id, **clicked)
    for event in case.get("events", []):
        scene.event(
            installs[event["install"]],
            datetime.fromisoformat(event["at"]),
            revenue=Decimal(event["revenue"]),
            currency=event["currency"],
        )
    return scene, {name: str(link_id) for name, link_id in links.items()}


def connect(case: Case, scene: Scene) -> None:
    """The case's connection; none where it has no advertiser."""
    if "advertiser" not in case:
        return
    last_sync_at = case.get("last_sync_at")
    scene.connect(
        Connection(
            app_id=scene.app_id,
            network=scene.network,
            oauth=OAuthState.GRANTED,
            oauth_token="sealed",
            advertiser=Advertiser(id="7301", name="Example", **case["advertiser"]),
            last_sync_at=None if last_sync_at is None else datetime.fromisoformat(last_sync_at),
        )
    )


def tell_cost(scene: Scene, cost: Case) -> None:
    """One of the network's rows."""
    scene.cost(
        cost.pop("id"),
        date.fromisoformat(cost.pop("day")),
        level=AdLevel(cost.pop("level", "campaign")),
        as_of=datetime.fromisoformat(cost.pop("as_of")),
        spend=amount(cost.pop("spend", None)),
        revenue=amount(cost.pop("revenue", None)),
        **cost,
    )


def amount(text: str | None) -> Decimal | None:
    """The amount that a text says."""
    return None if text is None else Decimal(text)


def with_link_ids(expected: Case, links: dict[str, str]) -> Case:
    """The document with the links' real ids."""
    text = json.dumps(expected)
    for name, link_id in links.items():
        text = text.replace(f"<{name}>", link_id)
    found: Case = json.loads(text)
    return found
