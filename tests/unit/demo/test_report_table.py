"""The printed table: rounding, marks, what cannot be known, and the lines below."""

from __future__ import annotations

from datetime import date
from io import StringIO
from typing import Any

from rich.console import Console

from appsprint.domain.ids import AppId
from appsprint.entrypoints.demo.ads import APPS
from appsprint.entrypoints.demo.connecting import ConnectedApp
from appsprint.entrypoints.demo.funnel import Funnel
from appsprint.entrypoints.demo.outcome import AppOutcome, Outcome
from appsprint.entrypoints.demo.report_table import WIDTH, report_table, summary
from appsprint.services.ledger import LedgerResult

FIGURES: dict[str, Any] = {
    "spend": "1234.565",
    "installs": 27,
    "cpi": "45.724630",
    "ipm": "0.549451",
    "impressions": 49140,
    "cpm": "25.123423",
    "clicks": 357,
    "cpc": "3.458165",
    "ctr": "0.007265",
    "cti": "0.07563",
    "roas": "0.546513",
    "revenue": "674.73",
    "installs_source": "reported",
    "revenue_source": "attributed",
}
NOTHING = FIGURES | {"spend": None, "cpi": None, "ctr": None, "clicks": None}
TOTALS = FIGURES | {"installs_source": "mixed"}
FUNNEL = Funnel(
    visits=30,
    clicks=20,
    attributed=5,
    organic=2,
    received=14,
    stored=10,
    duplicates=3,
    refused=1,
    sent=6,
    skipped=2,
    dead=1,
)


def make_outcome(*rows: dict[str, Any]) -> Outcome:
    """One app with these rows."""
    app = next(iter(APPS.values()))
    report = {
        "items": rows,
        "totals": TOTALS,
        "start": date(2026, 3, 1),
        "end": date(2026, 3, 14),
        "time_zone": "Europe/Paris",
        "currency": "EUR",
    }
    ledger = LedgerResult(app_id=AppId("app_1"), days=(), gaps=())
    connected = ConnectedApp(app=app, app_id="app_1", live_key="k", test_key="t", links=())
    outcome = AppOutcome(
        connected=connected, report=report, ledger=ledger, clicks=20, attributed=5, organic=2
    )
    return Outcome(apps=(outcome,), funnel=FUNNEL, accepted=6, duplicates=4)


def printed(outcome: Outcome) -> list[list[str]]:
    """The table's lines as they are printed, split where columns end."""
    text = StringIO()
    Console(file=text, width=WIDTH).print(report_table(outcome))
    lines = [line.split("  ") for line in text.getvalue().splitlines()]
    return [[cell.strip() for cell in line if cell.strip()] for line in lines]


def test_figures_are_rounded_and_marked() -> None:
    """Money to cents, rates in percent, a star on TikTok's own, a tilde on mixed totals."""
    lines = printed(make_outcome(FIGURES | {"campaign_name": "Spring"}))

    cells = "1,234.57,27*,45.72,0.55,49,140,25.12,357,3.46,0.73 %,7.6 %,0.55,674.73"
    assert ",".join(next(line for line in lines if line[:1] == ["Spring"])[1:]) == cells
    total = next(line for line in lines if line[:1] == ["= Morning Miles iOS"])
    assert total[2] == "27~"


def test_what_cannot_be_known_is_a_dash() -> None:
    """Never 0: nobody knows what it was."""
    lines = printed(make_outcome(NOTHING | {"campaign_name": "Unknown campaign"}))

    row = next(line for line in lines if line[:1] == ["Unknown campaign"])
    assert (row[1], row[3], row[7], row[9]) == ("–", "–", "–", "–")


def test_the_summary_tells_the_whole_funnel() -> None:
    """From the visit to what TikTok received."""
    lines = list(summary(make_outcome()))

    assert lines == [
        "30 visits to ad links → 20 clicks (10 prefetches, previewers and crawlers kept apart)",
        "→ 7 installs: 5 attributed, 2 organic",
        "→ 14 events: 10 stored, 3 duplicates, 1 refused",
        "→ 9 deliveries: 6 sent, 2 skipped (no web context, or a refund), 1 given up",
        "TikTok's sandbox accepted 6 events and dropped 4 repeats by their event_id",
    ]
