"""The demonstration as people start it: its table against the truth, and how it ends."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from urllib.request import urlopen

import pytest

from appsprint.domain.app import Platform
from appsprint.entrypoints.demo.ads import APPS, CAMPAIGNS
from appsprint.entrypoints.demo.expected import expected_report
from appsprint.entrypoints.demo.farm import expected_trial
from appsprint.entrypoints.demo.funnel import expected_funnel
from appsprint.entrypoints.demo.rates import ReferenceRates
from appsprint.entrypoints.demo.traffic import timeline
from appsprint.entrypoints.demo.world import World, WorldPlan, make_world

pytestmark = pytest.mark.e2e

PROGRAM = Path(sys.executable).with_name("appsprint")
DAYS, SEED = 3, 11
# What stands in each column, and to how many places; rates are printed in percent.
COLUMNS = {
    "spend": "0.01",
    "installs": "1",
    "cpi": "0.01",
    "ipm": "0.01",
    "impressions": "1",
    "cpm": "0.01",
    "clicks": "1",
    "cpc": "0.01",
    "ctr": "0.01",
    "cti": "0.1",
    "roas": "0.01",
    "revenue": "0.01",
}
NAMES: Mapping[str | None, str] = {
    None: "Unknown campaign",
    **{campaign.campaign_id: campaign.name for campaign in CAMPAIGNS},
}


@pytest.fixture(scope="module")
def played() -> subprocess.CompletedProcess[str]:
    """A whole run that ends after its table."""
    return subprocess.run(
        [PROGRAM, "demo", "--once", "--days", str(DAYS), "--seed", str(SEED)],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


@pytest.fixture(scope="module")
def truth(played: subprocess.CompletedProcess[str]) -> World:
    """The world that was played: the run tells when its history ends."""
    told = re.search(r"days up to (\S+), seed", played.stderr)
    assert told is not None, played.stderr
    return make_world(WorldPlan(end_at=datetime.fromisoformat(told[1]), days=DAYS, seed=SEED))


def test_it_succeeds(played: subprocess.CompletedProcess[str]) -> None:
    """Exit code 0: the report is right and the books balance, by its own account."""
    assert played.returncode == 0, played.stdout + played.stderr
    assert "The books balance." in played.stdout
    assert "Every figure is what the generated truth says." in played.stdout


def test_the_printed_report_is_the_truth(
    played: subprocess.CompletedProcess[str], truth: World
) -> None:
    """Every figure of every campaign and of the totals, as it is printed."""
    table = dict(_table(played.stdout))
    rates = ReferenceRates()
    expected: dict[str, Sequence[str]] = {}
    for platform in Platform:
        report = expected_report(truth, platform, rates.rate)
        expected |= {NAMES[key]: _printed(row) for key, row in report.rows.items()}
        expected[f"= {APPS[platform].name}"] = _printed(report.totals)

    assert table == expected


def test_the_printed_funnel_is_the_truth(
    played: subprocess.CompletedProcess[str], truth: World
) -> None:
    """Visits, clicks, installs, events and deliveries, and what the sandbox took."""
    actions = timeline(truth)
    ios, android = (expected_funnel(truth, actions, platform) for platform in Platform)
    both = ios + android

    for words in (
        f"{both.visits} visits to ad links → {both.clicks} clicks",
        f"{both.attributed} attributed, {both.organic} organic",
        f"{both.received} events: {both.stored} stored, {both.duplicates} duplicates, "
        f"{both.refused} refused",
        f"{both.sent} sent, {both.skipped} skipped (no web context, or a refund), "
        f"{both.dead} given up",
        f"TikTok's sandbox accepted {both.sent} events",
    ):
        assert words in played.stdout


def test_the_story_is_told_by_what_happened(played: subprocess.CompletedProcess[str]) -> None:
    """A rejected token, a lost ad account, a restated day, a dead letter and a skipped event."""
    told = dict(re.findall(r"^· ([A-Z][a-z ]+): (.*)$", played.stdout, re.MULTILINE))

    assert list(told) == [
        *("Token rejected", "Reconnected", "Restated", "Given up", "Skipped", "Tried"),
    ]
    waited = re.search(r"; (\d+) events waited, and all went out", told["Token rejected"])
    assert waited is not None
    assert int(waited[1]) > 0
    assert "connecting again kept mapping, ad links and history" in told["Reconnected"]
    spend = re.search(r"first told (\S+) EUR of spend .* later (\S+);", told["Restated"])
    assert spend is not None
    assert Decimal(spend[1]) < Decimal(spend[2])
    assert "as CoachBooked, as TikTok answered 40002" in told["Given up"]
    assert re.search(r"reason missing_[a-z_]+", told["Skipped"])


def test_a_trial_of_a_quality_rule_finds_the_farm(
    played: subprocess.CompletedProcess[str], truth: World
) -> None:
    """Exactly the emulators of the truth, and those of them that have credit."""
    found, credited = expected_trial(truth)

    assert credited > 0
    assert re.search(rf"^· Tried: {found} of \d+ installs .* emulators", played.stdout, re.M)
    assert f"could refuse credit to {credited}." in played.stdout


def test_it_stays_up_until_it_is_told_to_end() -> None:
    """Server and sandbox answer meanwhile; SIGINT ends both with exit code 0."""
    command = [str(PROGRAM), "demo", "--days", "2", "--seed", "5"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line)
            if line.startswith("Everything stays up"):
                break
        urls = re.findall(r"^(?:Dashboard|TikTok's sandbox) +(\S+)$", "".join(lines), re.MULTILINE)
        answers = [urlopen(url, timeout=10).status for url in urls]
        process.send_signal(signal.SIGINT)
        code = process.wait(timeout=30)

    assert answers == [200, 200]
    assert code == 0


def test_it_needs_an_empty_folder(tmp_path: Path) -> None:
    """What is in a database of another run would falsify the report."""
    (tmp_path / "demo.db").write_bytes(b"")

    ended = subprocess.run(
        [PROGRAM, "demo", "--once", "--data-dir", tmp_path],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert ended.returncode == 1
    assert "begins with an empty folder" in ended.stderr
    assert ended.stdout == ""


def _table(text: str) -> Iterator[tuple[str, Sequence[str]]]:
    """The table's rows: the name, and the figures without marks."""
    for line in text.splitlines():
        cells = re.split(r" {2,}", line.strip())
        if len(cells) == len(COLUMNS) + 1 and cells[0] != "Campaign":
            yield cells[0], [cell.rstrip("*~") for cell in cells[1:]]


def _printed(row: Mapping[str, object]) -> Sequence[str]:
    return [_rounded(name, row[name], Decimal(places)) for name, places in COLUMNS.items()]


def _rounded(name: str, value: object, places: Decimal) -> str:
    if value is None:
        return "–"
    number = Decimal(str(value)) * (100 if name in {"ctr", "cti"} else 1)
    unit = " %" if name in {"ctr", "cti"} else ""
    return f"{number.quantize(places, ROUND_HALF_UP):,}{unit}"
