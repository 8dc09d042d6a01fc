"""Which event becomes a delivery, and in what state."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from appsprint.domain.app import Environment
from appsprint.domain.click import Click
from appsprint.domain.delivery import DeliveryStatus, NotEligibleReason, SkipReason
from appsprint.domain.install import Install
from appsprint.domain.link import AdNetwork
from appsprint.ports.installs import InstallContext
from appsprint.services.directory import NetworkRoute
from appsprint.services.eligibility import deliveries_for, judge, with_skip_reason
from appsprint.testing.builders import (
    NOON,
    make_click,
    make_decision,
    make_event,
    make_install,
)
from tests.support.control_plane import CountingIds

ROUTE = NetworkRoute(
    network=AdNetwork.TIKTOK,
    mapping={"purchase": "Purchase", "custom:boss": "BossBeaten"},
    pixel_id="C0PIXEL",
)
INSTALL = make_install()
CLICK = make_click()


def context_of(
    install: Install = INSTALL, click: Click | None = CLICK, **decision: Any
) -> InstallContext:
    """An install with its decision and the click that earned it."""
    return InstallContext(
        install=install, attribution=make_decision(install, click, **decision), click=click
    )


@pytest.mark.parametrize(
    ("is_test", "is_mapped", "is_attributed"), list(product([False, True], repeat=3))
)
def test_an_event_is_eligible_when_it_is_mapped_and_its_install_credited(
    is_test: bool, is_mapped: bool, is_attributed: bool
) -> None:
    """Test events never are; of several reasons the first counts."""
    event = make_event(
        INSTALL,
        event_type="purchase" if is_mapped else "login",
        environment=Environment.TEST if is_test else Environment.LIVE,
    )
    context = context_of(click=CLICK if is_attributed else None)

    expected = None
    if is_test:
        expected = NotEligibleReason.TEST_EVENT
    elif not is_mapped:
        expected = NotEligibleReason.NOT_MAPPED
    elif not is_attributed:
        expected = NotEligibleReason.NOT_ATTRIBUTED
    assert judge(event, ROUTE, context) is expected
    assert with_skip_reason(event, [ROUTE], context).skip_reason == expected
    deliveries = deliveries_for(event, [ROUTE], context, ids=CountingIds(), now=NOON)
    assert len(deliveries) == (1 if expected is None else 0)


@pytest.mark.parametrize(
    ("event_type", "expected"), [("install", NotEligibleReason.REINSTALL), ("purchase", None)]
)
def test_a_reinstall_is_no_install_to_a_network(
    event_type: str, expected: NotEligibleReason | None
) -> None:
    """What the person does in the app afterwards is told as ever."""
    event = make_event(INSTALL, event_type=event_type)
    route = replace(ROUTE, mapping={"install": "Install", "purchase": "Purchase"})

    assert judge(event, route, context_of(is_reinstall=True)) is expected


def test_without_a_network_there_is_neither_delivery_nor_reason() -> None:
    """Nothing was skipped, because nothing was asked for."""
    event = make_event(INSTALL)

    assert with_skip_reason(event, [], context_of()) == event
    assert deliveries_for(event, [], context_of(), ids=CountingIds(), now=NOON) == []


@pytest.mark.parametrize(
    ("event_type", "event_name", "network_event"),
    [("purchase", None, "Purchase"), ("custom", "boss", "BossBeaten"), ("custom", "other", None)],
)
def test_custom_events_are_mapped_by_their_names(
    event_type: str, event_name: str, network_event: str | None
) -> None:
    """As the row says."""
    event = make_event(INSTALL, event_type=event_type, event_name=event_name)

    deliveries = deliveries_for(event, [ROUTE], context_of(), ids=CountingIds(), now=NOON)

    expected = [] if network_event is None else [network_event]
    assert [one.network_event for one in deliveries] == expected


def test_a_delivery_is_due_at_once_under_our_own_id() -> None:
    """The network sees our id, which never changes and is unique over all apps."""
    event = make_event(INSTALL)

    [delivery] = deliveries_for(event, [ROUTE], context_of(), ids=CountingIds(), now=NOON)

    assert (delivery.status, delivery.reason) == (DeliveryStatus.PENDING, None)
    assert (delivery.created_at, delivery.next_attempt_at) == (NOON, NOON)
    assert (delivery.network_event_id, delivery.event_row_id) == (event.id, event.id)
    assert (delivery.event_id, delivery.pixel_id) == (event.event_id, "C0PIXEL")
    assert (delivery.app_id, delivery.install_id) == (event.app_id, INSTALL.id)
    assert (delivery.appsprint_id, delivery.sdk_event) == (INSTALL.appsprint_id, "purchase")


PRIVATE = "192.168.1.2"


@pytest.mark.parametrize(
    ("context", "event_ip", "reason"),
    [
        pytest.param(context_of(), "203.0.113.9", None, id="complete"),
        pytest.param(context_of(network_click_id=None), "203.0.113.9", "missing_ttclid", id="id"),
        pytest.param(context_of(network_click_id=""), "203.0.113.9", "missing_ttclid", id="empty"),
        pytest.param(context_of(), PRIVATE, None, id="the install's address helps out"),
        pytest.param(
            context_of(make_install(client_ip=PRIVATE)), PRIVATE, None, id="the click's does too"
        ),
        pytest.param(context_of(), "203.0.113.0/24", None, id="only its network was kept"),
        pytest.param(
            context_of(make_install(client_ip=""), make_click(client_ip="100.64.0.1")),
            PRIVATE,
            "missing_client_ip",
            id="no public address at all",
        ),
        pytest.param(
            context_of(make_install(user_agent=None)), "203.0.113.9", None, id="click's browser"
        ),
        pytest.param(
            context_of(make_install(user_agent="okhttp/4.12")), "203.0.113.9", None, id="okhttp"
        ),
        pytest.param(
            context_of(make_install(user_agent="App/1 CFNetwork/1"), make_click(user_agent="")),
            "203.0.113.9",
            "missing_user_agent",
            id="no browser at all",
        ),
        pytest.param(
            context_of(click=make_click(page_url="")), "203.0.113.9", "missing_page_url", id="url"
        ),
    ],
)
def test_an_event_without_web_context_is_skipped(
    context: InstallContext, event_ip: str, reason: str | None
) -> None:
    """With the first thing that is missing as its reason; nothing poor is ever queued."""
    event = make_event(context.install, client_ip=event_ip)

    [delivery] = deliveries_for(event, [ROUTE], context, ids=CountingIds(), now=NOON)

    is_skipped = reason is not None
    assert delivery.reason == reason
    assert delivery.status == (DeliveryStatus.SKIPPED if is_skipped else DeliveryStatus.PENDING)
    assert (delivery.next_attempt_at is None) is is_skipped


def test_a_credited_click_that_is_gone_leaves_no_context() -> None:
    """After its erasure nothing is sent for it."""
    context = InstallContext(install=INSTALL, attribution=make_decision(INSTALL, CLICK), click=None)

    [delivery] = deliveries_for(make_event(INSTALL), [ROUTE], context, ids=CountingIds(), now=NOON)

    assert delivery.reason == SkipReason.MISSING_PAGE_URL


@pytest.mark.parametrize(
    ("micros", "is_refund"), [(-1, True), (0, False), (1, False), (None, False)]
)
def test_a_refund_is_skipped(micros: int | None, is_refund: bool) -> None:
    """The network would count another purchase."""
    event = make_event(INSTALL, revenue_micros=micros)

    [delivery] = deliveries_for(event, [ROUTE], context_of(), ids=CountingIds(), now=NOON)

    assert (delivery.reason == SkipReason.REFUND) is is_refund
