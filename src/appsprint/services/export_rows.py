"""One line of an export for each kind of fact: flat, under the names of the management API.

Instants are RFC 3339 in UTC with milliseconds, money is decimal text, what is not known is None.
Field names and their order are part of the contract; an export's first line in CSV is their list.
"""

from __future__ import annotations

from datetime import UTC, datetime

from appsprint.domain.click import Click
from appsprint.domain.delivery import Delivery
from appsprint.domain.money import from_micros, money_text
from appsprint.ports.ad_network import ClickParameters
from appsprint.ports.events import EventWithOutcome
from appsprint.ports.installs import AttributedInstall
from appsprint.ports.table_writer import Row


def install_row(found: AttributedInstall) -> Row:
    """An install with the decision in force."""
    install, decision = found.install, found.attribution
    return {
        "id": install.id,
        "appsprint_id": install.appsprint_id,
        "platform": install.platform.value,
        "environment": install.environment.value,
        "installed_at": _instant(install.installed_at),
        "received_at": _instant(install.received_at),
        "country": install.country,
        "device_model": install.device_model,
        "os_version": install.os_version,
        "is_attributed": decision.is_attributed,
        "match_type": decision.match_type,
        "confidence": decision.confidence,
        "reason": decision.reason,
        "network": None if decision.network is None else decision.network.value,
        "click_id": decision.click_id,
        "link_id": decision.link_id,
        "campaign_id": decision.campaign_id,
        "campaign_name": decision.campaign_name,
        "adgroup_id": decision.adgroup_id,
        "adgroup_name": decision.adgroup_name,
        "ad_id": decision.ad_id,
        "ad_name": decision.ad_name,
        "is_reinstall": decision.is_reinstall,
        "earlier_install_id": decision.earlier_install_id,
        "tags": " ".join(decision.tags) or None,
        "rejected_for": decision.rejected_for,
        "withheld_for": decision.withheld_for,
    }


def event_row(found: EventWithOutcome) -> Row:
    """A stored event with its outcome at the network; ``parameters`` are JSON text."""
    event = found.event
    outcome = found.outcomes[0] if found.outcomes else None
    micros = event.revenue_micros
    return {
        "id": event.id,
        "event_id": event.event_id,
        "event_type": event.event_type,
        "event_name": event.event_name,
        "environment": event.environment.value,
        "appsprint_id": event.appsprint_id,
        "install_id": event.install_id,
        "occurred_at": _instant(event.occurred_at),
        "received_at": _instant(event.received_at),
        "revenue": money_text(None if micros is None else from_micros(micros)),
        "currency": event.currency,
        "parameters": event.parameters,
        "network": None if outcome is None else outcome.network.value,
        "status": None if outcome is None else outcome.status,
        "reason": None if outcome is None else outcome.reason,
    }


def click_row(click: Click, told: ClickParameters) -> Row:
    """A click with what its link told of the ad."""
    return {
        "id": click.id,
        "link_id": click.link_id,
        "network": click.network.value,
        "occurred_at": _instant(click.occurred_at),
        "client_ip": click.client_ip,
        "user_agent": click.user_agent,
        "accept_language": click.accept_language,
        "network_click_id": told.network_click_id,
        "campaign_id": told.campaign_id,
        "campaign_name": told.campaign_name,
        "adgroup_id": told.adgroup_id,
        "adgroup_name": told.adgroup_name,
        "ad_id": told.ad_id,
        "ad_name": told.ad_name,
        "placement": told.placement,
        "http_referrer": click.http_referrer,
        "page_url": click.page_url,
        "earns_credit": click.earns_credit,
    }


def delivery_row(delivery: Delivery) -> Row:
    """A delivery as it stands now."""
    return {
        "id": delivery.id,
        "network": delivery.network.value,
        "event_id": delivery.event_id,
        "install_id": delivery.install_id,
        "appsprint_id": delivery.appsprint_id,
        "sdk_event": delivery.sdk_event,
        "tiktok_event": delivery.network_event,
        "network_event_id": delivery.network_event_id,
        "pixel_id": delivery.pixel_id,
        "status": delivery.status.value,
        "reason": delivery.reason,
        "attempts": delivery.attempts,
        "created_at": _instant(delivery.created_at),
        "next_attempt_at": _instant_or_none(delivery.next_attempt_at),
        "sent_at": _instant_or_none(delivery.sent_at),
    }


def _instant(instant: datetime) -> str:
    text = instant.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def _instant_or_none(instant: datetime | None) -> str | None:
    return None if instant is None else _instant(instant)
