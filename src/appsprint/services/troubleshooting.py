"""What people read when something about an ad network needs them: codes, and the next step.

The list and the advice follow the product page "TikTok Ads", section Troubleshooting.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class TroubleCode(StrEnum):
    """The items of the troubleshooting list, in the order in which they are shown."""

    OAUTH_CONNECTION = "oauth_connection"
    EVENTS_API_TOKEN = "events_api_token"
    PIXEL_TOKEN_PAIR = "pixel_token_pair"
    AD_LINK_MISMATCH = "ad_link_mismatch"
    OS_TARGETING = "os_targeting"
    WEB_CONTEXT = "web_context"
    EVENTS_NOT_SENT = "events_not_sent"
    FIRST_EVENTS_WAIT = "first_events_wait"
    OBJECTIVE_REJECTED = "objective_rejected"
    NUMBERS_DIFFER = "numbers_differ"
    VALUE_BASED_OPTIMIZATION = "value_based_optimization"
    SYNC_FRESHNESS = "sync_freshness"


ACTIONS: Mapping[TroubleCode, str] = MappingProxyType(
    {
        TroubleCode.OAUTH_CONNECTION: (
            "Disconnect TikTok Ads and connect again with a TikTok For Business account that "
            "still has access to the advertiser."
        ),
        TroubleCode.EVENTS_API_TOKEN: (
            "In TikTok Events Manager, generate a new Events API access token for the same Pixel "
            "ID and save both here; waiting events then go out by themselves."
        ),
        TroubleCode.PIXEL_TOKEN_PAIR: (
            "In TikTok Events Manager, open the pixel, copy the Pixel ID at the top of its page "
            "and generate the access token under Settings → Events API of that same pixel."
        ),
        TroubleCode.AD_LINK_MISMATCH: (
            "Copy the ad link again and paste it unchanged into the Website URL field of the ad "
            "in TikTok Ads Manager. Do not paste the store page there."
        ),
        TroubleCode.OS_TARGETING: (
            "In TikTok Ads Manager, set the operating system targeting of the campaign to the "
            "platform of this app."
        ),
        TroubleCode.WEB_CONTEXT: (
            "Create the ad link before production traffic, let the SDK send from the device "
            "itself, and keep the real client address on its way through your proxies."
        ),
        TroubleCode.EVENTS_NOT_SENT: (
            "Look at the deliveries with their reasons. Keep the event's mapping enabled, and "
            "redrive dead letters once the cause is gone."
        ),
        TroubleCode.FIRST_EVENTS_WAIT: (
            "Allow 30 to 90 minutes after the first event. If nothing shows in TikTok Events "
            "Manager then, check the Website URL of the ad and that Pixel ID and token belong "
            "together."
        ),
        TroubleCode.OBJECTIVE_REJECTED: (
            "Map the in-app event to a TikTok event that fits the objective of the campaign: a "
            "Sales campaign, for one, does not optimize for trial starts."
        ),
        TroubleCode.NUMBERS_DIFFER: (
            "Nothing to do: both are right by their own rule. The causes say what differs in this "
            "window; the reconciliation of the report tells each with its figures."
        ),
        TroubleCode.VALUE_BASED_OPTIMIZATION: (
            "Send purchases with revenue and currency; there is nothing else to enable."
        ),
        TroubleCode.SYNC_FRESHNESS: (
            "Start an import now. If it fails again, its message says what TikTok answered."
        ),
    }
)
