"""Turns stored events into deliveries: which network gets which event, and in what state."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from appsprint.domain.delivery import (
    Delivery,
    DeliveryStatus,
    NotEligibleReason,
    SkipReason,
    WebContext,
)
from appsprint.domain.ids import DeliveryId, IdPrefix
from appsprint.domain.inapp_event import INSTALL_EVENT_TYPE, InAppEvent
from appsprint.domain.quality import quality_reason
from appsprint.domain.web_context import check_web_context
from appsprint.ports.clock import IdSource
from appsprint.ports.installs import InstallContext
from appsprint.services.directory import NetworkRoute


def judge(
    event: InAppEvent, route: NetworkRoute, install: InstallContext
) -> NotEligibleReason | None:
    """Why an event gets no delivery to the route's network; None when it is eligible."""
    if event.is_test:
        return NotEligibleReason.TEST_EVENT
    if event.sdk_event not in route.mapping:
        return NotEligibleReason.NOT_MAPPED
    if install.network is not route.network:
        return NotEligibleReason.NOT_ATTRIBUTED
    if event.event_type == INSTALL_EVENT_TYPE and install.attribution.is_reinstall:
        return NotEligibleReason.REINSTALL
    return None


def with_skip_reason(
    event: InAppEvent, routes: Iterable[NetworkRoute], install: InstallContext
) -> InAppEvent:
    """The event with the reason why a connected network gets no delivery, if there is one."""
    for route in routes:
        if (reason := judge(event, route, install)) is not None:
            return replace(event, skip_reason=reason)
    return event


def deliveries_for(
    event: InAppEvent,
    routes: Iterable[NetworkRoute],
    install: InstallContext,
    *,
    ids: IdSource,
    now: datetime,
) -> list[Delivery]:
    """One delivery for each network that the event is eligible for.

    One that is not fit to send is ``skipped`` at once, with the reason.
    """
    return [
        _delivery(event, route, install, ids=ids, now=now)
        for route in routes
        if judge(event, route, install) is None
    ]


def _delivery(
    event: InAppEvent, route: NetworkRoute, install: InstallContext, *, ids: IdSource, now: datetime
) -> Delivery:
    skip_reason = _skip_reason(event, install)
    return Delivery(
        id=DeliveryId(ids.new(IdPrefix.DELIVERY)),
        app_id=event.app_id,
        network=route.network,
        event_id=event.event_id,
        event_row_id=event.id,
        install_id=event.install_id,
        appsprint_id=event.appsprint_id,
        sdk_event=event.sdk_event,
        network_event=route.mapping[event.sdk_event],
        network_event_id=event.id,
        pixel_id=route.pixel_id,
        status=DeliveryStatus.SKIPPED if skip_reason else DeliveryStatus.PENDING,
        reason=skip_reason,
        created_at=now,
        next_attempt_at=None if skip_reason else now,
    )


def _skip_reason(event: InAppEvent, install: InstallContext) -> str | None:
    if install.attribution.withheld_for is not None:
        return quality_reason(install.attribution.withheld_for)
    if event.revenue_micros is not None and event.revenue_micros < 0:
        return SkipReason.REFUND
    checked = check_web_context(_web_context(event, install))
    return checked if isinstance(checked, SkipReason) else None


def _web_context(event: InAppEvent, install: InstallContext) -> WebContext:
    click = install.click
    ips = (event.client_ip, install.install.client_ip, click.client_ip if click else None)
    agents = (install.install.user_agent, click.user_agent if click else None)
    return WebContext(
        network_click_id=install.attribution.network_click_id,
        page_url=click.page_url if click else None,
        client_ips=tuple(ip for ip in ips if ip),
        user_agents=tuple(agent for agent in agents if agent),
    )
