"""The inspection page at ``/sandbox/``: what arrived, what was answered, what goes wrong."""

from datetime import UTC, datetime
from itertools import islice

from appsprint.adapters.networks.tiktok.sandbox.answers import Answer, html
from appsprint.adapters.networks.tiktok.sandbox.control import event_counts
from appsprint.adapters.networks.tiktok.sandbox.event_log import EventOutcome
from appsprint.adapters.networks.tiktok.sandbox.page_layout import page, table
from appsprint.adapters.networks.tiktok.sandbox.state import Sandbox

_SHOWN = 100


def inspection(sandbox: Sandbox) -> Answer:
    """The page, newest entries first; it changes nothing."""
    sections = (
        ("Counts by pixel and event", _counts(sandbox)),
        ("Warnings", _warnings(sandbox)),
        ("Events", _events(sandbox)),
        ("Requests", _requests(sandbox)),
        ("Faults", _faults(sandbox)),
    )
    content = "".join(f"<section><h2>{title}</h2>{body}</section>" for title, body in sections)
    return html(page("What arrived", content))


def _counts(sandbox: Sandbox) -> str:
    headings = ("Pixel", "Event", "Accepted", "Duplicates", "Test")
    return table(headings, (list(row.values()) for row in event_counts(sandbox)))


def _warnings(sandbox: Sandbox) -> str:
    return table(("Warning", "Events"), sorted(sandbox.events.warnings.items()))


def _events(sandbox: Sandbox) -> str:
    headings = ("Received (UTC)", "Pixel", "Event", "Event id", "Event time", "Warnings", "Payload")
    newest = islice(sandbox.events.newest_first(EventOutcome.ACCEPTED), _SHOWN)
    return table(
        headings,
        (
            (
                _instant(event.received_at_ms / 1000),
                event.pixel_code,
                event.checked.event,
                event.checked.event_id,
                _instant(event.checked.event_time),
                ", ".join(event.checked.warnings),
                event.checked.payload.decode(),
            )
            for event in newest
        ),
    )


def _requests(sandbox: Sandbox) -> str:
    headings = ("At (UTC)", "Method", "Path", "Status", "Code", "Count", "Request id", "Fault")
    return table(
        headings,
        (
            (
                _instant(record.at.timestamp()),
                record.method,
                record.path,
                "no answer" if record.status is None else record.status,
                record.code,
                record.count,
                record.request_id,
                record.fault,
            )
            for record in islice(reversed(sandbox.requests.newest), _SHOWN)
        ),
    )


def _faults(sandbox: Sandbox) -> str:
    headings = ("Kind", "Endpoint", "Acted", "Times", "Active")
    return table(
        headings,
        (
            (
                planned.fault.kind,
                planned.fault.endpoint or "every endpoint",
                planned.fired,
                "until removed" if planned.fault.times is None else planned.fault.times,
                "yes" if planned.is_active else "no",
            )
            for planned in sandbox.faults.planned
        ),
    )


def _instant(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S}"
