"""Bodies are what the SDKs send (SDK wire protocol §2, §4, §7), byte for byte where it matters."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import msgspec
import pytest

from appsprint.domain.app import App, Environment, Platform
from appsprint.domain.ids import AppId
from appsprint.entrypoints.demo.people import BrokenEvent, Dialect, Referrer
from appsprint.entrypoints.demo.sdk_bodies import (
    broken_body,
    event_body,
    install_body,
    sdk_headers,
    unix_ms,
)
from appsprint.entrypoints.demo.traffic import OK, SdkCall, timeline
from appsprint.entrypoints.http.sdk_events import EventsArrival, read_events
from tests.unit.demo.builders import (
    NOON,
    make_click,
    make_event,
    make_install,
    make_person,
    small_world,
)

REQUIRED = {
    *("appsprintId", "deviceModel", "osVersion", "appVersion"),
    *("locale", "timezone", "installTimestamp"),
}
IOS_ONLY, ANDROID_ONLY = {"idfv", "idfa", "attStatus"}, {"gaid", "installReferrer"}
SUMMER_NOON = datetime(2026, 7, 1, 12, 0, 0, tzinfo=UTC)


def test_an_ios_install_is_written_as_ios_does() -> None:
    """Underscore in the locale, no fraction of a second, daylight saving in the offset."""
    install = make_install(at=SUMMER_NOON)

    body = install_body(make_person(install=install), install)

    assert body.keys() >= REQUIRED
    assert not body.keys() & ANDROID_ONLY
    assert body["locale"] == "fr_FR"
    assert body["installTimestamp"] == "2026-07-01T12:00:00Z"
    assert body["timezoneOffsetMinutes"] == 120
    assert body["sdkPlatform"] == "ios"


def test_an_android_install_is_written_as_android_does() -> None:
    """Dash in the locale, milliseconds, no daylight saving in the offset, Play's times."""
    install = make_install(at=SUMMER_NOON, referrer=Referrer.CLICK)
    person = make_person(platform=Platform.ANDROID, clicks=(make_click(),), install=install)

    body = install_body(person, replace(install, advertising_id="0f1e", vendor_id=None))

    assert body.keys() >= REQUIRED | {"referrerClickTimestamp", "gaid"}
    assert not body.keys() & IOS_ONLY
    assert body["locale"] == "fr-FR"
    assert body["installTimestamp"] == "2026-07-01T12:00:00.000Z"
    assert body["timezoneOffsetMinutes"] == 60


def test_who_declined_has_no_advertising_id() -> None:
    """The id is absent, never all zero."""
    install = make_install(referrer=Referrer.SEARCH)
    person = make_person(platform=Platform.ANDROID, install=install)

    body = install_body(person, install)

    assert "gaid" not in body
    assert body["googleAdsConsent"] == {"adUserData": "DENIED"}


@pytest.mark.parametrize(
    ("referrer", "text"),
    [
        (Referrer.SEARCH, "utm_source=google-play&utm_medium=organic"),
        (Referrer.LOST, "utm_source=(not%20set)&utm_medium=(not%20set)"),
    ],
)
def test_play_tells_of_installs_without_a_link(referrer: Referrer, text: str) -> None:
    """An organic referrer and a lost one have their own words."""
    install = make_install(referrer=referrer)
    person = make_person(platform=Platform.ANDROID, install=install)

    assert install_body(person, install)["installReferrer"] == text


def test_the_later_dialect_has_other_names() -> None:
    """``postbackId`` takes the place of ``appsprintId``, with what that SDK adds."""
    install = make_install(referrer=Referrer.SEARCH)
    person = make_person(platform=Platform.ANDROID, install=install, dialect=Dialect.LATER)

    registered = install_body(person, install)
    event = event_body(person, install, make_event())

    assert registered["postbackId"] == event["postbackId"] == install.appsprint_id
    assert "appsprintId" not in registered.keys() | event.keys()
    assert registered["installType"] == "fresh_install"
    assert event["isSandbox"] is False


@pytest.mark.parametrize(
    ("revenue", "sent"),
    [("14.00", "14"), ("9.99", "9.99"), ("-24.90", "-24.9"), (None, None)],
)
def test_revenue_travels_as_a_number(revenue: str | None, sent: str | None) -> None:
    """Whole numbers as integers; without revenue the key is left out."""
    install = make_install()

    body = event_body(make_person(), install, make_event(revenue=revenue))

    assert (json.dumps(body["revenue"]) if "revenue" in body else None) == sent
    assert ("currency" in body) is (sent is not None)


def test_a_custom_event_carries_its_name() -> None:
    """The type says custom, the name says which."""
    body = event_body(make_person(), make_install(), make_event("custom", name="run_finished"))

    assert (body["eventType"], body["eventName"]) == ("custom", "run_finished")


def test_milliseconds_are_exact() -> None:
    """No millisecond is lost to binary fractions."""
    instants = [NOON + timedelta(milliseconds=number) for number in range(1000)]

    assert [unix_ms(at) - unix_ms(NOON) for at in instants] == list(range(1000))


def test_a_broken_event_is_a_good_one_with_a_field_spoilt() -> None:
    """Only what is named is different."""
    broken = BrokenEvent(make_event(), {"eventType": "screen_flash"})
    good = event_body(make_person(), make_install(), broken.event)

    assert broken_body(make_person(), make_install(), broken) == {
        **good,
        "eventType": "screen_flash",
    }


@pytest.mark.parametrize(
    ("platform", "stack"),
    [(Platform.IOS, r".* CFNetwork/.* Darwin/.*"), (Platform.ANDROID, r"Dalvik/.*")],
)
def test_requests_carry_the_platforms_own_user_agent(platform: Platform, stack: str) -> None:
    """No SDK sets one of its own (§1)."""
    headers = sdk_headers(make_person(platform=platform), "203.0.113.1")

    assert re.fullmatch(stack, headers["User-Agent"])


def test_the_server_reads_every_event_that_is_not_broken() -> None:
    """Every good event of a world passes the checks of the routes, every broken one fails them."""
    world = small_world(days=14)
    arrival = EventsArrival(
        app=_app(), environment=Environment.LIVE, client_ip="203.0.113.1", received_at=NOON
    )
    people = [person for person in world.people if person.install]
    for person in people:
        assert person.install is not None
        for session in person.sessions:
            good = [event_body(person, person.install, event) for event in session.events]
            broken = [broken_body(person, person.install, one) for one in session.broken]
            raws = [msgspec.Raw(json.dumps(body).encode()) for body in (*good, *broken)]
            batch = read_events(raws, arrival)
            assert [event.position for event in batch.events] == list(range(len(good)))
            assert len(batch.unread) == len(broken)


def test_nothing_is_null_on_the_wire() -> None:
    """What is not known is left out, in every body of a world."""
    calls = [action for action in timeline(small_world()) if isinstance(action, SdkCall)]
    bodies = [call.body for call in calls if call.body is not None and call.status == OK]

    assert bodies
    assert not any(None in body.values() for body in bodies)


def test_amounts_keep_their_cents() -> None:
    """The number's shortest text is the amount that was paid."""
    install = make_install()
    for cents in range(1, 10_000, 37):
        amount = Decimal(cents) / 100
        body = event_body(make_person(), install, make_event(revenue=str(amount)))
        assert Decimal(json.dumps(body["revenue"])) == amount


def _app() -> App:
    return App(
        id=AppId("app_1"),
        name="Morning Miles",
        platform=Platform.IOS,
        store_url="https://apps.apple.com/fr/app/morning-miles/id1234567890",
        store_id="1234567890",
        time_zone="UTC",
        currency="EUR",
        created_at=NOON,
    )
