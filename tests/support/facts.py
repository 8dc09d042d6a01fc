"""Facts of the event plane, written straight into a store: installs, events, deliveries."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count

from appsprint.domain.app import Environment, Platform
from appsprint.domain.cost import AdEntity, AdLevel
from appsprint.domain.delivery import (
    AttemptOutcome,
    Delivery,
    DeliveryStatus,
    NetworkAnswer,
)
from appsprint.domain.ids import AppId, ClickId, DeliveryId, EventId, InstallId, LinkId
from appsprint.domain.inapp_event import InAppEvent, RefusalReason, RefusedEvent
from appsprint.domain.install import Dialect, IdentifierKind, Install
from appsprint.domain.link import AdNetwork, SelfAttributingNetwork
from appsprint.domain.money import to_micros
from appsprint.domain.revision import DecisionCause
from appsprint.ports.deliveries import NetworkCall, Settlement
from appsprint.ports.installs import Attribution
from appsprint.ports.store import Store, UnitOfWork
from tests.support.apple import CLAIM, CLAIMED

_numbers = count(1)
_SEEN_AT = datetime(2026, 3, 29, 12, 0, tzinfo=UTC)
EXPLANATION = '{"candidates":[{"click_id":"clk_1","verdict":"won"}]}'


def put_campaign(store: Store, app_id: AppId, campaign_id: str, objective: str) -> None:
    """A campaign as it was imported."""
    campaign = AdEntity(
        level=AdLevel.CAMPAIGN,
        id=campaign_id,
        name=f"Campaign {campaign_id}",
        campaign_id=campaign_id,
        objective=objective,
    )

    def work(uow: UnitOfWork) -> None:
        uow.costs.save_entities(app_id, AdNetwork.TIKTOK, [campaign], at=_SEEN_AT)

    store.write(work)


def put_install(
    store: Store,
    app_id: AppId,
    at: datetime,
    *,
    link_id: str | None = None,
    campaign_id: str | None = None,
    explanation: str = EXPLANATION,
) -> Install:
    """An install; credited to a click of ``link_id`` when one is given."""
    number = next(_numbers)
    install = Install(
        id=InstallId(f"ins_{number:032x}"),
        app_id=app_id,
        appsprint_id=f"device-{number}",
        dialect=Dialect.APPSPRINT,
        environment=Environment.LIVE,
        platform=Platform.IOS,
        installed_at=at,
        received_at=at,
        client_ip="203.0.113.7",
        address_key="203.0.113.7",
        user_agent=None,
        device_model="iPhone16,1",
        os_version="18.5",
        locale="en-US",
    )
    is_credited = link_id is not None
    decision = Attribution(
        app_id=app_id,
        install_id=install.id,
        version=1,
        decided_at=at,
        rule_version=1,
        match_type="ip_user_agent" if is_credited else "organic",
        confidence=0.7 if is_credited else 0.0,
        reason="ip_user_agent" if is_credited else "no_candidate",
        click_id=None,
        link_id=None if link_id is None else LinkId(link_id),
        network=AdNetwork.TIKTOK if is_credited else None,
        campaign_id=campaign_id,
        explanation=explanation,
    )
    if is_credited:
        decision = replace(decision, click_id=ClickId(f"clk_{number:032x}"))

    def work(uow: UnitOfWork) -> None:
        uow.installs.add(install)
        uow.installs.decide(decision)

    store.write(work)
    return install


def put_apple_claim(store: Store, install: Install, *, has_credit: bool = True) -> None:
    """What Apple said of an install, and the decision that followed if it was the strongest."""
    at = install.received_at

    def work(uow: UnitOfWork) -> None:
        kind = IdentifierKind.ADSERVICES_TOKEN
        uow.installs.note_identifier(install.app_id, install.id, kind, "token", at=at)
        uow.apple_ads.begin(install.app_id, install.id, at=at)
        before = uow.apple_ads.get(install.app_id, install.id)
        assert before is not None
        uow.apple_ads.settle(before, before.after(CLAIMED, at))
        [decision, *_] = uow.installs.decisions(install.app_id, install.id)
        if has_credit:
            uow.installs.decide(
                replace(
                    decision,
                    version=decision.version + 1,
                    match_type="apple_ads",
                    cause=DecisionCause.APPLE_ADS,
                    click_id=None,
                    link_id=None,
                    network=SelfAttributingNetwork.APPLE_ADS,
                    campaign_id=CLAIM.campaign_id,
                    campaign_name=None,
                )
            )

    store.write(work)


def put_event(
    store: Store,
    install: Install,
    at: datetime,
    *,
    event_type: str = "purchase",
    revenue: Decimal | None = Decimal("9.99"),
    skip_reason: str | None = None,
) -> InAppEvent:
    """An in-app event of an install."""
    number = next(_numbers)
    event = InAppEvent(
        id=EventId(f"evt_{number:032x}"),
        app_id=install.app_id,
        event_id=f"sdk-{number}",
        install_id=install.id,
        appsprint_id=install.appsprint_id,
        environment=Environment.LIVE,
        event_type=event_type,
        event_name=None,
        occurred_at=at,
        device_timestamp_ms=0,
        received_at=at,
        revenue_micros=None if revenue is None else to_micros(revenue),
        currency=None if revenue is None else "USD",
        parameters='{"level":3}',
        client_ip="203.0.113.7",
        skip_reason=skip_reason,
    )
    store.write(lambda uow: uow.events.add([event]))
    return event


def put_refusal(store: Store, app_id: AppId, at: datetime) -> RefusedEvent:
    """An event that was not stored."""
    refused = RefusedEvent(
        id=f"ref_{next(_numbers):032x}",
        app_id=app_id,
        received_at=at,
        reason=RefusalReason.INVALID_REVENUE,
        event_id="sdk-x",
        excerpt='{"revenue":"lots"}',
    )
    store.write(lambda uow: uow.events.refuse([refused]))
    return refused


def put_delivery(
    store: Store,
    event: InAppEvent,
    *,
    status: DeliveryStatus = DeliveryStatus.PENDING,
    reason: str | None = None,
    network_event: str = "Purchase",
    pixel_id: str | None = None,
    test_event_code: str | None = None,
    maybe_accepted_at: datetime | None = None,
) -> Delivery:
    """A delivery of an event, as it stands now; one that was tried has its attempt."""
    number = next(_numbers)
    queued = Delivery(
        id=DeliveryId(f"dlv_{number:032x}"),
        app_id=event.app_id,
        network=AdNetwork.TIKTOK,
        event_id=event.event_id,
        event_row_id=event.id,
        install_id=event.install_id,
        appsprint_id=event.appsprint_id,
        sdk_event=event.sdk_event,
        network_event=network_event,
        network_event_id=event.id,
        created_at=event.received_at,
        next_attempt_at=event.received_at,
    )
    store.write(lambda uow: uow.deliveries.add([queued]))
    if status is DeliveryStatus.PENDING:
        return queued
    settled = replace(
        queued,
        status=status,
        reason=reason,
        pixel_id=pixel_id or "C0PIXEL",
        test_event_code=test_event_code,
        maybe_accepted_at=maybe_accepted_at,
        attempts=1,
        next_attempt_at=None,
        sent_at=event.received_at if status is DeliveryStatus.SENT else None,
    )
    _settle(store, settled)
    return settled


def _settle(store: Store, settled: Delivery) -> None:
    is_sent = settled.status is DeliveryStatus.SENT
    answer = NetworkAnswer(
        http_status=200,
        code=0 if is_sent else 40002,
        message="OK" if is_sent else "refused",
        request_id="req-1",
        duration_ms=12,
    )
    settlement = Settlement(
        delivery_ids=[settled.id],
        status=settled.status,
        reason=settled.reason,
        outcome=AttemptOutcome.DELIVERED if is_sent else AttemptOutcome.DEAD,
        counts=True,
        maybe_accepted_at=settled.maybe_accepted_at,
    )
    call = NetworkCall(
        pixel_id=settled.pixel_id or "C0PIXEL",
        test_event_code=settled.test_event_code,
        payloads={settled.id: b'{"event":"Purchase"}'},
        answer=answer,
    )

    def work(uow: UnitOfWork) -> None:
        now, lease_id = settled.created_at, f"lease of {settled.id}"
        uow.deliveries.claim_due(
            settled.app_id,
            settled.network,
            now=now,
            limit=1_000_000,
            lease_id=lease_id,
            lease=timedelta(0),
        )
        uow.deliveries.settle(lease_id, [settlement], call=call, at=now)
        uow.deliveries.release_lease(lease_id)

    store.write(work)
