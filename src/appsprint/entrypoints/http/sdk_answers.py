"""What SDKs are told (SDK wire protocol §2): keys left out rather than null, ids as texts."""

from __future__ import annotations

from appsprint.domain.ids import IdPrefix
from appsprint.domain.install import Dialect
from appsprint.domain.link import SelfAttributingNetwork
from appsprint.ports.clock import IdSource
from appsprint.services.events import EventOutcome, EventStatus
from appsprint.services.installs import RegisteredInstall

_UTM_KEYS = {
    "utm_source": "utmSource",
    "utm_medium": "utmMedium",
    "utm_campaign": "utmCampaign",
    "utm_content": "utmContent",
    "utm_term": "utmTerm",
}
_ID_KEYS = {Dialect.APPSPRINT: "appsprintId", Dialect.POSTBACK: "postbackId"}


def install_answer(registered: RegisteredInstall, dialect: Dialect) -> dict[str, object]:
    """The answer to an install and to an attribution request, in the dialect asked."""
    install = registered.found.install
    return {
        _ID_KEYS[dialect]: install.appsprint_id,
        "installId": install.id,
        "attribution": _attribution(registered),
        "attributionParams": _params(registered),
    }


def discarded_install_answer(
    appsprint_id: str, dialect: Dialect, ids: IdSource
) -> dict[str, object]:
    """What a discarded key's install is told: it looks stored, so the SDK stays calm."""
    return {
        _ID_KEYS[dialect]: appsprint_id,
        "installId": ids.new(IdPrefix.INSTALL),
        "attribution": {
            "isAttributed": False,
            "source": "organic",
            "matchType": "organic",
            "confidence": 0,
        },
        "attributionParams": {"source": "organic", "matchType": "organic"},
    }


def _attribution(registered: RegisteredInstall) -> dict[str, object]:
    attribution = registered.found.attribution
    answer: dict[str, object] = {
        "isAttributed": attribution.is_attributed,
        "source": _source(registered),
        "matchType": attribution.match_type,
        "confidence": attribution.confidence,
    }
    if not attribution.is_attributed:
        return answer
    if registered.apple_ads:
        answer["appleAds"] = dict(registered.apple_ads)
    if attribution.campaign_name:
        answer["campaignName"] = attribution.campaign_name
    if attribution.link_id is not None:
        name = registered.link_name or attribution.link_id
        answer["link"] = {"id": attribution.link_id, "name": name}
    return answer | _utm_answer(registered)


def _source(registered: RegisteredInstall) -> str:
    attribution = registered.found.attribution
    if attribution.network is SelfAttributingNetwork.APPLE_ADS:
        return "apple_ads"
    return "tracking_link" if attribution.is_attributed else "organic"


def _utm_answer(registered: RegisteredInstall) -> dict[str, str]:
    utm = registered.utm
    return {key: utm[name] for name, key in _UTM_KEYS.items() if name in utm}


def _params(registered: RegisteredInstall) -> dict[str, str]:
    """The flat copy for custom integrations: texts only."""
    attribution = registered.found.attribution
    known = {
        "source": _source(registered),
        "matchType": attribution.match_type,
        "clickId": attribution.click_id,
        "linkId": attribution.link_id,
        "linkName": registered.link_name,
        "network": attribution.network,
        "campaignId": attribution.campaign_id,
        "campaignName": attribution.campaign_name,
        "ttclid": attribution.network_click_id,
    }
    told = {key: str(value) for key, value in known.items() if value}
    return told | dict(registered.apple_ads) | dict(registered.utm)


def events_answer(outcomes: list[EventOutcome]) -> dict[str, object]:
    """The answer to a batch: counts, then one outcome for each event in the request's order."""
    statuses = [outcome.status for outcome in outcomes]
    return {
        "received": len(outcomes),
        "stored": statuses.count(EventStatus.STORED),
        "duplicates": statuses.count(EventStatus.DUPLICATE),
        "refused": statuses.count(EventStatus.REFUSED),
        "events": [_outcome(outcome) for outcome in outcomes],
    }


def _outcome(outcome: EventOutcome) -> dict[str, str]:
    fields = {
        "eventId": outcome.event_id,
        "status": outcome.status.value,
        "reason": None if outcome.reason is None else outcome.reason.value,
    }
    return {key: value for key, value in fields.items() if value is not None}
