"""What other windows or another threshold would change, over the same records."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass

import msgspec

from appsprint.domain.install import Install
from appsprint.entrypoints.cli.output import print_items, tell
from appsprint.services.replay import RecordedVisit, Replay, ReplayAnswer

_ORGANIC = "organic"
_UNKNOWN = "unknown campaign"
_COLUMNS = ("campaign_id", "installs_before", "installs_after", "change")


@dataclass(frozen=True, slots=True)
class Compared:
    """One install under the rules of now and under those to try."""

    install: Install
    before: ReplayAnswer
    after: ReplayAnswer

    @property
    def is_changed(self) -> bool:
        """Whether another click, or none, gets the credit."""
        return self.before.click_id != self.after.click_id


def compare(
    before: Replay, after: Replay, records: Iterable[RecordedVisit | Install]
) -> Iterator[Compared]:
    """Every install once, at its first line; a repeat gets its first answer under either rule."""
    seen: set[tuple[str, str]] = set()
    for record in records:
        if isinstance(record, RecordedVisit):
            before.visit(record)
            after.visit(record)
            continue
        answers = before.install(record), after.install(record)
        key = record.app_id, record.appsprint_id
        if key not in seen:
            seen.add(key)
            yield Compared(record, *answers)


def print_changes(compared: Iterable[Compared]) -> None:
    """One JSON line for each install whose credit would change."""
    encode, out = msgspec.json.Encoder().encode, sys.stdout.buffer
    for one in compared:
        if one.is_changed:
            line = {
                "appsprint_id": one.install.appsprint_id,
                "before": asdict(one.before),
                "after": asdict(one.after),
            }
            out.write(encode(line) + b"\n")
    out.flush()


def print_totals(compared: Iterable[Compared]) -> None:
    """What each campaign has now and would have, the greatest change first."""
    before: Counter[str] = Counter()
    after: Counter[str] = Counter()
    changed = total = 0
    for one in compared:
        before[_campaign(one.before)] += 1
        after[_campaign(one.after)] += 1
        changed += one.is_changed
        total += 1
    items = [
        {
            "campaign_id": name,
            "installs_before": before[name],
            "installs_after": after[name],
            "change": after[name] - before[name],
        }
        for name in sorted(
            before.keys() | after.keys(),
            key=lambda name: (-abs(after[name] - before[name]), name),
        )
    ]
    print_items({"items": items}, _COLUMNS, as_json=False)
    tell(f"{changed} of {total} installs would change their credit")


def _campaign(answer: ReplayAnswer) -> str:
    if not answer.is_attributed:
        return _ORGANIC
    return answer.campaign_id or _UNKNOWN
