"""Where a person goes to do what a finding advises."""

from __future__ import annotations

from collections.abc import Mapping

from appsprint.services.troubleshooting import TroubleCode

# Below the app's address, with what the link says.
_TIKTOK = "integrations/tiktok"
_STEPS: Mapping[TroubleCode, tuple[str, str]] = {
    TroubleCode.OAUTH_CONNECTION: (f"{_TIKTOK}#step-connect", "To the connection"),
    TroubleCode.EVENTS_API_TOKEN: (f"{_TIKTOK}#step-events_api", "To Pixel ID and access token"),
    TroubleCode.PIXEL_TOKEN_PAIR: (f"{_TIKTOK}#step-events_api", "To Pixel ID and access token"),
    TroubleCode.AD_LINK_MISMATCH: ("links", "Open Ad links"),
    TroubleCode.OS_TARGETING: ("links", "Open Ad links"),
    TroubleCode.WEB_CONTEXT: ("deliveries?status=skipped", "Show what was skipped"),
    TroubleCode.EVENTS_NOT_SENT: ("deliveries", "Open Deliveries"),
    TroubleCode.FIRST_EVENTS_WAIT: (f"{_TIKTOK}#step-events_api", "To Pixel ID and access token"),
    TroubleCode.OBJECTIVE_REJECTED: (f"{_TIKTOK}/mapping", "Open Event mapping"),
    TroubleCode.NUMBERS_DIFFER: ("reports/campaigns#reconciliation", "Show what differs"),
    TroubleCode.VALUE_BASED_OPTIMIZATION: ("deliveries?status=sent", "Show what was sent"),
    TroubleCode.SYNC_FRESHNESS: (f"{_TIKTOK}#step-advertiser", "To the import"),
}


def next_step(code: TroubleCode, app_id: str) -> tuple[str, str]:
    """The address of the page where the advice is followed, and what to call it."""
    path, label = _STEPS[code]
    return f"/apps/{app_id}/{path}", label
