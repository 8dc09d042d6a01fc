"""What needs attention, out of what the diagnostics found."""

from __future__ import annotations

import pytest

from appsprint.services.findings import Evidence, failing, ok, warning
from appsprint.services.overview import attention_of
from appsprint.services.troubleshooting import TroubleCode

REASONS = {"no_client_ip": 2}


@pytest.mark.parametrize(
    ("evidence", "codes"),
    [
        ({"skipped_reasons": REASONS, "dead": 0}, [TroubleCode.WEB_CONTEXT]),
        (
            {"skipped_reasons": REASONS, "dead": 1},
            [TroubleCode.WEB_CONTEXT, TroubleCode.EVENTS_NOT_SENT],
        ),
        (
            {"skipped_reasons": REASONS | {"refund": 1}, "dead": 0},
            [TroubleCode.WEB_CONTEXT, TroubleCode.EVENTS_NOT_SENT],
        ),
    ],
)
def test_the_same_events_are_told_once(evidence: Evidence, codes: list[TroubleCode]) -> None:
    """With their reason; whatever else was not sent is told besides."""
    found = [
        warning(TroubleCode.WEB_CONTEXT, "2 of 9 events", {"skipped_reasons": REASONS}),
        warning(TroubleCode.EVENTS_NOT_SENT, "2 of 9 events", evidence),
    ]

    assert [one.code for one in attention_of(found)] == codes


def test_the_gravest_come_first() -> None:
    """What is well needs nobody."""
    found = [
        ok(TroubleCode.OS_TARGETING, "fine", {}),
        warning(TroubleCode.AD_LINK_MISMATCH, "odd", {}),
        failing(TroubleCode.SYNC_FRESHNESS, "broken", {}),
    ]

    codes = [one.code for one in attention_of(found)]
    assert codes == [TroubleCode.SYNC_FRESHNESS, TroubleCode.AD_LINK_MISMATCH]
