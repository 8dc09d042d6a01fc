"""Builds domain values for suites and tests; a caller names only what it is about.

Every builder gives a complete, plausible value. Instants hang on ``NOON``; ids are new each time
and sort in the order in which they were made.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from appsprint.domain.access import ApiToken, Role
from appsprint.domain.app import ApiKey, App, Environment, Platform
from appsprint.domain.click import Click, FilteredVisit
from appsprint.domain.connection import Advertiser, Connection, EventsApiState, OAuthState
from appsprint.domain.delivery import Delivery, NetworkAnswer
from appsprint.domain.ids import (
    AppId,
    ClickId,
    DeliveryId,
    EventId,
    IdPrefix,
    InstallId,
    KeyId,
    LinkId,
    MemberId,
    TokenId,
)
from appsprint.domain.inapp_event import InAppEvent, RefusalReason, RefusedEvent
from appsprint.domain.install import Dialect, Install
from appsprint.domain.link import AdNetwork, Link
from appsprint.domain.member import Member
from appsprint.domain.visit import VisitKind
from appsprint.ports.installs import Attribution
from appsprint.ports.store import Completion, Store, UnitOfWork

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
MILLISECOND = timedelta(milliseconds=1)
APP_ID = AppId("app_1")
LINK_ID = LinkId("lnk_1")
HOME = "203.0.113.7"
TTCLID = "E_C_P_example.click-id"
PAGE_URL = f"https://go.example/c/spring?ttclid={TTCLID}&utm_campaign=Spring"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
)
_STORE_SECONDS = 30

_numbers = count(1)


def new_id(prefix: IdPrefix) -> str:
    """An identifier that sorts after those before it."""
    return f"{prefix.value}{next(_numbers):032x}"


def make_app(**changes: Any) -> App:
    """An iOS app with the default windows."""
    app = App(
        id=APP_ID,
        name="Example",
        platform=Platform.IOS,
        store_url="https://apps.apple.com/us/app/example/id1234567890",
        store_id="1234567890",
        time_zone="Europe/Berlin",
        currency="EUR",
        created_at=NOON - 24 * HOUR,
    )
    return replace(app, **changes)


def make_android_app(**changes: Any) -> App:
    """An Android app with the default windows."""
    return make_app(
        **{
            "platform": Platform.ANDROID,
            "store_url": "https://play.google.com/store/apps/details?id=com.example.app",
            "store_id": "com.example.app",
            **changes,
        }
    )


def make_key(**changes: Any) -> ApiKey:
    """A good live key."""
    key_id = new_id(IdPrefix.KEY)
    key = ApiKey(
        id=KeyId(key_id),
        app_id=APP_ID,
        environment=Environment.LIVE,
        key_hash=f"hash-of-{key_id}",
        hint="as_live_…wxyz",
        created_at=NOON,
    )
    return replace(key, **changes)


def make_link(**changes: Any) -> Link:
    """A TikTok ad link to the iOS app."""
    link_id = new_id(IdPrefix.LINK)
    link = Link(
        id=LinkId(link_id),
        app_id=APP_ID,
        slug=f"slug{link_id[-6:]}",
        network=AdNetwork.TIKTOK,
        name="Spring",
        destination_url="https://apps.apple.com/us/app/example/id1234567890",
        created_at=NOON,
    )
    return replace(link, **changes)


def make_click(*, age: timedelta = HOUR, client_ip: str = HOME, **changes: Any) -> Click:
    """A click on TikTok's ad ``age`` before noon, from an iPhone at home."""
    click = Click(
        id=ClickId(new_id(IdPrefix.CLICK)),
        app_id=APP_ID,
        link_id=LINK_ID,
        network=AdNetwork.TIKTOK,
        occurred_at=NOON - age,
        client_ip=client_ip,
        address_key=client_ip,
        user_agent=SAFARI,
        page_url=PAGE_URL,
    )
    return replace(click, **changes)


def make_visit(**changes: Any) -> FilteredVisit:
    """A prefetch of the ad link."""
    visit = FilteredVisit(
        id=new_id(IdPrefix.FILTERED_VISIT),
        app_id=APP_ID,
        link_id=LINK_ID,
        kind=VisitKind.PREFETCH,
        occurred_at=NOON,
        client_ip=HOME,
        user_agent=SAFARI,
    )
    return replace(visit, **changes)


def make_install(**changes: Any) -> Install:
    """An install at noon, on the iPhone at home."""
    install_id = new_id(IdPrefix.INSTALL)
    install = Install(
        id=InstallId(install_id),
        app_id=APP_ID,
        appsprint_id=f"device-of-{install_id}",
        dialect=Dialect.APPSPRINT,
        environment=Environment.LIVE,
        platform=Platform.IOS,
        installed_at=NOON,
        received_at=NOON,
        client_ip=HOME,
        address_key=HOME,
        user_agent=SAFARI,
        device_model="iPhone15,4",
        os_version="18.5",
        locale="en-US",
    )
    return replace(install, **changes)


def make_decision(install: Install, click: Click | None = None, **changes: Any) -> Attribution:
    """The first decision on an install: credited to ``click``, or organic without one."""
    decision = Attribution(
        app_id=install.app_id,
        install_id=install.id,
        version=1,
        decided_at=NOON,
        rule_version=1,
        match_type="organic" if click is None else "ip_user_agent",
        confidence=0.0 if click is None else 0.7,
        reason="no_candidate" if click is None else "ip_user_agent_match",
        is_test=install.environment is Environment.TEST,
    )
    if click is not None:
        decision = replace(
            decision,
            click_id=click.id,
            link_id=click.link_id,
            network=click.network,
            network_click_id=TTCLID,
        )
    return replace(decision, **changes)


def make_event(install: Install, **changes: Any) -> InAppEvent:
    """A purchase of 9.99 USD at noon."""
    event_id = new_id(IdPrefix.EVENT)
    event = InAppEvent(
        id=EventId(event_id),
        app_id=install.app_id,
        event_id=f"sdk-{event_id}",
        install_id=install.id,
        appsprint_id=install.appsprint_id,
        environment=Environment.LIVE,
        event_type="purchase",
        event_name=None,
        occurred_at=NOON,
        device_timestamp_ms=int(NOON.timestamp() * 1000),
        received_at=NOON,
        revenue_micros=9_990_000,
        currency="USD",
        parameters='{"level":3}',
        client_ip=HOME,
    )
    return replace(event, **changes)


def make_refusal(**changes: Any) -> RefusedEvent:
    """An event that was refused for its revenue."""
    refusal = RefusedEvent(
        id=new_id(IdPrefix.REFUSAL),
        app_id=APP_ID,
        received_at=NOON,
        reason=RefusalReason.INVALID_REVENUE,
        event_id="sdk-refused",
        excerpt='{"revenue":"lots"}',
    )
    return replace(refusal, **changes)


def make_delivery(event: InAppEvent, **changes: Any) -> Delivery:
    """An event's delivery to TikTok, due at noon."""
    delivery = Delivery(
        id=DeliveryId(new_id(IdPrefix.DELIVERY)),
        app_id=event.app_id,
        network=AdNetwork.TIKTOK,
        event_id=event.event_id,
        event_row_id=event.id,
        install_id=event.install_id,
        appsprint_id=event.appsprint_id,
        sdk_event=event.sdk_event,
        network_event="Purchase",
        network_event_id=event.id,
        created_at=NOON,
        next_attempt_at=NOON,
    )
    return replace(delivery, **changes)


def make_answer(**changes: Any) -> NetworkAnswer:
    """TikTok's word that it took everything."""
    answer = NetworkAnswer(
        http_status=200, code=0, message="OK", request_id="request-1", duration_ms=12
    )
    return replace(answer, **changes)


def make_connection(**changes: Any) -> Connection:
    """A connection that can send and import."""
    connection = Connection(
        app_id=APP_ID,
        network=AdNetwork.TIKTOK,
        oauth=OAuthState.GRANTED,
        oauth_token="sealed:oauth",
        advertiser=Advertiser(
            id="7000000000001", name="Example EU", currency="EUR", time_zone="Europe/Berlin"
        ),
        events_api=EventsApiState.READY,
        events_token="sealed:events",
        pixel_id="C0PIXEL",
        connected_at=NOON,
    )
    return replace(connection, **changes)


def make_member(**changes: Any) -> Member:
    """An owner with a password; every one has an address of their own."""
    member_id = MemberId(new_id(IdPrefix.MEMBER))
    member = Member(
        id=member_id,
        email=f"{member_id[-6:]}@example.com",
        role=Role.OWNER,
        password_hash="hash",
        created_at=NOON,
    )
    return replace(member, **changes)


def make_token(**changes: Any) -> ApiToken:
    """An owner's token that reaches every app."""
    token_id = new_id(IdPrefix.TOKEN)
    token = ApiToken(
        id=TokenId(token_id),
        name="Owner",
        token_hash=f"hash-of-{token_id}",
        role=Role.OWNER,
        created_at=NOON,
    )
    return replace(token, **changes)


class Answers:
    """A completion sink whose tickets are futures."""

    def deliver(self, completions: Sequence[Completion]) -> None:
        """Complete each ticket with what became of its work."""
        for ticket, result, error in completions:
            if not isinstance(ticket, Future):
                continue
            if error is None:
                ticket.set_result(result)
            else:
                ticket.set_exception(error)


def put_clicks(store: Store, *clicks: Click | FilteredVisit) -> None:
    """Store clicks and visits; returns once they are durable."""
    answers: list[Future[object]] = []
    for click in clicks:
        answers.append(Future())
        store.enqueue_click(click, Answers(), answers[-1])
    for answer in answers:
        answer.result(timeout=_STORE_SECONDS)


def put_install(store: Store, install: Install, click: Click | None = None) -> Install:
    """Store an install and the decision that ``click`` earned it, or that none did."""

    def work(uow: UnitOfWork) -> None:
        uow.installs.add(install)
        uow.installs.decide(make_decision(install, click))

    store.write(work)
    return install


def put_events(store: Store, *events: InAppEvent) -> None:
    """Store events."""
    store.write(lambda uow: uow.events.add(events))


def put_deliveries(store: Store, *deliveries: Delivery) -> None:
    """Queue deliveries."""
    store.write(lambda uow: uow.deliveries.add(deliveries))
