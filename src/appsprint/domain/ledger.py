"""The ledger: for each day, what was counted as it arrived beside what the tables hold.

Nothing may vanish and nothing may be there twice: clicks = people + repeats + machines, installs =
attributed + organic + reinstalls + rejected + tests, events received = stored + duplicates +
refused, stored events = delivered somehow + skipped, report sums = facts. Counts and rows are kept
apart, so that an equation can fail.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from appsprint.domain.counted import amount_of, there
from appsprint.domain.delivery import DeliveryStatus
from appsprint.domain.visit import VisitKind

# What arrived before days were told apart, by an older version of the program.
UNTOLD_ON = date(1970, 1, 1)


class InstallFate(StrEnum):
    """What became of an install: the first that applies, from the bottom up.

    Test installs are kept apart whatever else they are; a reinstall is no new install; ``REJECTED``
    would have been attributed, had a quality rule not refused it.
    """

    ATTRIBUTED = "attributed"
    ORGANIC = "organic"
    REJECTED = "rejected"
    REINSTALL = "reinstall"
    TEST = "test"


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCounts:
    """What was counted while it arrived on one UTC day.

    Attributes:
        visits: Requests to ad links by kind.
        forgotten: Visits whose rows retention has deleted since.
        deliveries: Made on that day, whenever their events came.
    """

    visits: Mapping[VisitKind, int] = field(default_factory=dict)
    forgotten: Mapping[VisitKind, int] = field(default_factory=dict)
    installs: int = 0
    received: int = 0
    duplicates: int = 0
    refused: int = 0
    stored: int = 0
    deliveries: int = 0

    @property
    def rows(self) -> int:
        """About how many rows a check of the day reads."""
        return sum(self.visits.values()) + self.installs + self.refused + self.stored


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRows:
    """What the tables hold of one UTC day.

    Attributes:
        repeated_clicks: Those among the clicks that repeat an earlier one of the day: the same
            whole address, network address and browser.
        fates: Installs by their decision in force; one without a decision is in none.
        erased_installs: Those that are there without their person.
        own_events: Among ``stored``, the events that we make of installs; nobody sent them.
        by_status: Events that came on this day by the status of their delivery.
        by_skip_reason: Events without a delivery by the reason; None while no network was
            connected.
        skipped_and_delivered: Events with a delivery and with a reason to have none.
        deliveries: Made on that day.
    """

    visits: Mapping[VisitKind, int] = field(default_factory=dict)
    repeated_clicks: int = 0
    installs: int = 0
    erased_installs: int = 0
    fates: Mapping[InstallFate, int] = field(default_factory=dict)
    refused: int = 0
    own_events: int = 0
    by_status: Mapping[DeliveryStatus, int] = field(default_factory=dict)
    by_skip_reason: Mapping[str | None, int] = field(default_factory=dict)
    skipped_and_delivered: int = 0
    deliveries: int = 0

    @property
    def stored(self) -> int:
        """Events that an app sent."""
        told = sum(self.by_status.values()) + sum(self.by_skip_reason.values())
        return told + self.skipped_and_delivered - self.own_events


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSums:
    """What reports say of one of the advertiser's days; revenue is in millionths by currency."""

    installs: int = 0
    reinstalls: int = 0
    revenue_micros: Mapping[str | None, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerDay:
    """One day's books.

    Attributes:
        in_reports: The sums that reports are made of; None where they are not kept ready yet.
        in_facts: The same, counted from installs and events themselves.
    """

    day_on: date
    counts: DayCounts = field(default_factory=DayCounts)
    rows: DayRows = field(default_factory=DayRows)
    in_reports: ReportSums | None = None
    in_facts: ReportSums = field(default_factory=ReportSums)

    @property
    def gaps(self) -> Sequence[str]:
        """What does not add up, in words; empty when all is well."""
        return [
            *_visit_gaps(self.counts, self.rows),
            *_install_gaps(self.counts, self.rows),
            *_event_gaps(self.counts, self.rows),
            *_delivery_gaps(self.counts, self.rows),
            *_report_gaps(self.in_reports, self.in_facts),
        ]

    @property
    def people(self) -> int:
        """Clicks that people made, each once."""
        return self.rows.visits.get(VisitKind.CLICK, 0) - self.rows.repeated_clicks


def _visit_gaps(counts: DayCounts, rows: DayRows) -> Iterator[str]:
    for kind in VisitKind:
        counted, present = counts.visits.get(kind, 0), rows.visits.get(kind, 0)
        forgotten = counts.forgotten.get(kind, 0)
        if counted != present + forgotten:
            what = ("click", "clicks")
            if kind is not VisitKind.CLICK:
                what = (f"visit of the kind {kind}", f"visits of the kind {kind}")
            yield f"{_counted(counted, *what)} and {there(present)} ({forgotten:,} forgotten)"


def _counted(number: int, one: str, many: str | None = None) -> str:
    return amount_of(number, f"{one} was", f"{many or f'{one}s'} were") + " counted"


def _install_gaps(counts: DayCounts, rows: DayRows) -> Iterator[str]:
    if counts.installs != rows.installs:
        yield f"{_counted(counts.installs, 'install')} and {there(rows.installs)}"
    decided = sum(rows.fates.values())
    if rows.installs != decided:
        by_fate = _listed(rows.fates)
        found = amount_of(rows.installs, "install is", "installs are")
        yield f"{found} there and {amount_of(decided, 'is', 'are')} decided ({by_fate})"


def _event_gaps(counts: DayCounts, rows: DayRows) -> Iterator[str]:
    parts = counts.duplicates + counts.refused + counts.stored
    if counts.received != parts:
        yield (
            f"{amount_of(counts.received, 'event was', 'events were')} received and "
            f"{amount_of(parts, 'is', 'are')} accounted for "
            f"({amount_of(counts.duplicates, 'duplicate')}, {counts.refused:,} refused, "
            f"{counts.stored:,} stored)"
        )
    if counts.stored != rows.stored:
        yield f"{_counted(counts.stored, 'event')} as stored and {there(rows.stored)}"
    if counts.refused != rows.refused:
        yield f"{_counted(counts.refused, 'event')} as refused and {there(rows.refused)}"


def _delivery_gaps(counts: DayCounts, rows: DayRows) -> Iterator[str]:
    if rows.skipped_and_delivered:
        both = amount_of(rows.skipped_and_delivered, "event is skipped", "events are skipped")
        yield f"{both} and delivered all the same"
    if counts.deliveries != rows.deliveries:
        made = amount_of(counts.deliveries, "delivery was", "deliveries were")
        yield f"{made} made and {there(rows.deliveries)}"


def _report_gaps(in_reports: ReportSums | None, in_facts: ReportSums) -> Iterator[str]:
    if in_reports is None:
        return
    if in_reports.installs != in_facts.installs:
        told = amount_of(in_reports.installs, "install")
        yield f"reports say {told} and the facts {in_facts.installs:,}"
    if in_reports.reinstalls != in_facts.reinstalls:
        told = amount_of(in_reports.reinstalls, "reinstall")
        yield f"reports say {told} and the facts {in_facts.reinstalls:,}"
    if in_reports.revenue_micros != in_facts.revenue_micros:
        yield "reports say another revenue than the facts"


def _listed(fates: Mapping[InstallFate, int]) -> str:
    return ", ".join(f"{fates.get(fate, 0)} {fate}" for fate in InstallFate)
