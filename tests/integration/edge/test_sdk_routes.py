"""Every SDK route with the bodies that the SDKs send (SDK wire protocol, sections 1, 2, 4, 5)."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import pytest

from appsprint.domain.app import Environment
from appsprint.domain.inapp_event import RefusalReason
from appsprint.domain.install import IdentifierKind
from appsprint.ports.events import EventFilter, EventWithOutcome
from appsprint.ports.installs import AttributedInstall, InstallFilter
from tests.support.builders import IDFA, PIXEL_8
from tests.support.sdk import (
    IPHONE_WEB_VIEW,
    Sdk,
    android_install,
    ios_install,
    make_event,
)
from tests.support.server import LiveApp, LiveServer

pytestmark = pytest.mark.integration

ORGANIC = {"isAttributed": False, "source": "organic", "matchType": "organic", "confidence": 0.0}


def stored_install(server: LiveServer, app: LiveApp) -> AttributedInstall:
    """The one install of an app."""
    page = server.services.installs.page(app.app.id, InstallFilter(), after=None, limit=9)
    [found] = page
    return found


def stored_events(server: LiveServer, app: LiveApp) -> list[EventWithOutcome]:
    """The events of an app, oldest first."""
    page = server.services.events.page(app.app.id, EventFilter(), after=None, limit=999)
    return list(reversed(page))


def click(server: LiveServer, app: LiveApp, query: str, **headers: str) -> httpx.Response:
    """A person's click on the app's ad link."""
    sent = {"User-Agent": PIXEL_8, "X-Forwarded-For": "203.0.113.7", **headers}
    return server.http.get(f"{app.click_path}?{query}", headers=sent)


# 1. Install


def test_an_android_install(server: LiveServer, android: LiveApp, pixel: Sdk) -> None:
    """Stored field by field; the answer echoes the id and names ours."""
    body = android_install()
    response = pixel.install(body)

    assert response.status_code == 200
    answer = response.json()
    assert answer["appsprintId"] == body["appsprintId"]
    assert re.fullmatch("ins_[0-9a-f]{32}", answer["installId"])
    assert answer["attribution"] == ORGANIC
    assert answer["attributionParams"] == {"source": "organic", "matchType": "organic"}

    install = stored_install(server, android).install
    assert (install.id, install.appsprint_id) == (answer["installId"], body["appsprintId"])
    assert install.installed_at.isoformat() == "2026-03-10T12:00:00.123000+00:00"
    assert (install.device_model, install.os_version) == ("Pixel 8", "14")
    assert (install.user_agent, install.locale) == (PIXEL_8, "en-US")
    assert (install.client_ip, install.address_key) == ("203.0.113.7", "203.0.113.7")
    assert install.install_referrer == body["installReferrer"]
    assert install.advertising_id == body["gaid"]
    assert (install.platform, install.environment) == ("android", Environment.LIVE)
    columns = {"appsprintId", "gaid", "installReferrer", "sdkWebViewUserAgent"}
    kept = {name: value for name, value in body.items() if name not in columns}
    assert json.loads(install.body) == kept


def test_an_ios_install(server: LiveServer, ios: LiveApp, iphone: Sdk) -> None:
    """Upper case stays; the locale is normalised; Apple's token is kept for later."""
    body = ios_install(locale="en_US@calendar=gregorian")
    answer = iphone.install(body).json()

    assert answer["appsprintId"] == body["appsprintId"]
    install = stored_install(server, ios).install
    assert install.appsprint_id == body["appsprintId"]
    assert install.installed_at.isoformat() == "2026-03-10T12:00:00+00:00"
    assert (install.locale, install.user_agent) == ("en-US", IPHONE_WEB_VIEW)
    assert (install.advertising_id, install.install_referrer) == (None, None)
    assert token_of(server, ios) == body["adServicesToken"]
    assert json.loads(install.body)["idfv"] == body["idfv"]


def token_of(server: LiveServer, app: LiveApp) -> str | None:
    """Apple's token of the app's install."""
    return identifier(server, app, IdentifierKind.ADSERVICES_TOKEN)


def identifier(server: LiveServer, app: LiveApp, kind: IdentifierKind) -> str | None:
    """What became known of the app's install."""
    install = stored_install(server, app).install
    return server.store.read(lambda uow: uow.installs.identifier(app.app.id, install.id, kind))


def test_an_install_with_nothing_but_its_id(server: LiveServer, ios: LiveApp, iphone: Sdk) -> None:
    """Everything else can be missing or unknown: an install is never lost."""
    body = {"appsprintId": "only-an-id", "deviceModel": "unknown", "osVersion": "unknown"}

    assert iphone.install(body).status_code == 200
    install = stored_install(server, ios).install
    assert (install.device_model, install.os_version, install.locale) == (None, None, None)
    assert install.installed_at == install.received_at


@pytest.mark.parametrize(
    "changes",
    [
        {"deviceModel": 5, "locale": {}, "installTimestamp": [], "gaid": True, "osVersion": None},
        {"screenWidth": "wide", "screenScale": None, "lowPowerMode": 1, "preferredLanguages": "en"},
        {"preferredLanguages": [1, None, "de"] * 50, "googleAdsConsent": "GRANTED"},
        {"googleAdsConsent": {"adUserData": "MAYBE"}, "attStatus": {"a": 1}},
        {"googleAdsConsent": {"adUserData": {"a": ["DENIED"]}}, "installType": ["restore"]},
        {"installTimestamp": "yesterday"},
        {"installTimestamp": "0001-01-01T00:00:00Z"},
        {"installTimestamp": "9999-12-31T23:59:59Z"},
        {"installTimestamp": "9999-12-31T23:59:59-14:00"},
        {"installTimestamp": "1970-01-01T00:00:00Z"},
        {"installTimestamp": "2026-03-10T12:00:00"},
        {"gaid": "00000000-0000-0000-0000-000000000000"},
        {"deviceModel": "\u0000\u202e🌸" * 500, "sdkWebViewUserAgent": "x" * 100_000},
        {"installReferrer": "click_id=" + "%" * 5_000, "clickId": "c" * 1_000},
        {"memoryGb": 10**400, "screenWidth": -(10**30), "screenScale": 1e300},
        {"unknownField": {"deep": [[[[1]]]]}, "installId": "ins_mine"},
    ],
)
def test_an_odd_value_costs_no_install(
    server: LiveServer, android: LiveApp, pixel: Sdk, changes: dict[str, Any]
) -> None:
    """It is left out or bounded; unknown fields are kept out."""
    assert pixel.install(android_install(**changes)).status_code == 200

    install = stored_install(server, android).install
    assert len(install.body) < 20_000
    assert "unknownField" not in install.body
    assert install.installed_at <= install.received_at
    assert install.advertising_id != "00000000-0000-0000-0000-000000000000"


def test_a_repeated_install_is_one_install(
    server: LiveServer, android: LiveApp, pixel: Sdk
) -> None:
    """With the same answer every time."""
    body = android_install()
    answers = [pixel.install(body).json() for _ in range(3)]

    assert answers[1:] == answers[:-1]
    assert stored_install(server, android).install.appsprint_id == body["appsprintId"]


def test_an_install_that_a_click_earned(server: LiveServer, android: LiveApp, pixel: Sdk) -> None:
    """Android's redirect carries our click id in Play's referrer, and the answer tells all."""
    location = click(
        server,
        android,
        "ttclid=E.C.P_x-%2F&utm_id=c1&utm_campaign=Spring%20sale&utm_source=tiktok&utm_medium=paid"
        "&utm_content=ad&utm_term=t",
    ).headers["location"]
    [referrer] = parse_qs(urlsplit(location).query)["referrer"]

    answer = pixel.install(android_install(installReferrer=referrer, installTimestamp=None)).json()

    assert answer["attribution"] == {
        "isAttributed": True,
        "source": "tracking_link",
        "matchType": "install_referrer",
        "confidence": 1.0,
        "campaignName": "Spring sale",
        "link": {"id": android.link.id, "name": "Spring link"},
        "utmSource": "tiktok",
        "utmMedium": "paid",
        "utmCampaign": "Spring sale",
        "utmContent": "ad",
        "utmTerm": "t",
    }
    params = answer["attributionParams"]
    assert all(isinstance(value, str) for value in params.values())
    assert (params["ttclid"], params["campaignId"], params["network"]) == (
        "E.C.P_x-/",
        "c1",
        "tiktok",
    )
    assert params["clickId"] == parse_qs(referrer)["click_id"][0]


def test_a_test_keys_install_is_kept_apart(server: LiveServer, ios: LiveApp) -> None:
    """So is one that the later dialect calls a sandbox."""
    created = server.services.apps.add_key(ios.app.id, "test")
    Sdk(server, created.plain_key).install(ios_install())

    assert stored_install(server, ios).install.environment is Environment.TEST


# 2. Attribution


def test_an_install_is_visible_to_the_very_next_request(pixel: Sdk) -> None:
    """A hundred times in a row, by every route: the SDK would loop without a pause."""
    for _ in range(100):
        body = android_install()
        installed = pixel.install(body)
        device = body["appsprintId"]
        assert installed.status_code == 200
        assert pixel.attribution(device).json() == installed.json()
        assert pixel.batch(make_event(device)).json()["stored"] == 1
        assert pixel.customer(device, "c").status_code == 200


@pytest.mark.parametrize("device", ["Ä B/ü?x=1#y", "a%2Fb", "%", "x" * 128])
def test_any_id_can_be_asked_for(pixel: Sdk, device: str) -> None:
    """It is opaque; in the path it is encoded."""
    pixel.install(android_install(appsprintId=device))

    assert pixel.attribution(quote(device, safe="")).json()["appsprintId"] == device


def test_late_credit_reaches_the_next_get(server: LiveServer, ios: LiveApp, iphone: Sdk) -> None:
    """An IDFA after consent."""
    click(server, ios, f"idfa={IDFA}&ttclid=x", **{"X-Forwarded-For": "203.0.113.99"})
    body = ios_install(installTimestamp=None)
    assert not iphone.install(body).json()["attribution"]["isAttributed"]

    assert iphone.idfa(body["appsprintId"], IDFA.upper()).json() == {"status": "ok"}

    attribution = iphone.attribution(body["appsprintId"]).json()["attribution"]
    assert (attribution["isAttributed"], attribution["matchType"]) == (True, "idfa")


# 3. Events batch


def test_a_batch_of_events(server: LiveServer, android: LiveApp, pixel: Sdk) -> None:
    """Each with its outcome, in order; stored field by field."""
    device = installed(pixel)
    events = [
        make_event(device),
        make_event(device, eventType="Level-Complete", revenue=None, currency=None),
        make_event(device, eventType="custom", eventName="Boss beaten", revenue=-5, currency="eur"),
        make_event(device, revenue=0.1, parameters=None, googleAdsConsent=None),
    ]

    answer = pixel.batch(*events).json()

    assert {key: answer[key] for key in ("received", "stored", "duplicates", "refused")} == {
        "received": 4,
        "stored": 4,
        "duplicates": 0,
        "refused": 0,
    }
    assert answer["events"] == [
        {"eventId": event["eventId"], "status": "stored"} for event in events
    ]
    found = [one.event for one in stored_events(server, android)]
    assert [one.event_type for one in found] == ["purchase", "level_complete", "custom", "purchase"]
    assert [one.revenue_micros for one in found] == [9_990_000, None, -5_000_000, 100_000]
    assert [one.currency for one in found] == ["USD", None, "EUR", "USD"]
    assert found[2].event_name == "Boss beaten"
    assert json.loads(found[0].parameters or "") == events[0]["parameters"]
    assert found[3].parameters is None
    assert found[0].occurred_at.isoformat() == "2026-03-10T12:00:00+00:00"


def installed(sdk: Sdk) -> str:
    """The id of a device that has registered."""
    body = android_install()
    assert sdk.install(body).status_code == 200
    return str(body["appsprintId"])


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"eventId": ""}, RefusalReason.INVALID_EVENT_ID),
        ({"eventId": None}, RefusalReason.INVALID_EVENT_ID),
        ({"eventId": 7}, RefusalReason.INVALID_EVENT_ID),
        ({"eventId": "x" * 129}, RefusalReason.INVALID_EVENT_ID),
        ({"eventId": "a\nb"}, RefusalReason.INVALID_EVENT_ID),
        ({"appsprintId": None}, RefusalReason.INVALID_INSTALL_ID),
        ({"appsprintId": ""}, RefusalReason.INVALID_INSTALL_ID),
        ({"appsprintId": ["x"]}, RefusalReason.INVALID_INSTALL_ID),
        ({"appsprintId": "nobody"}, RefusalReason.INSTALL_NOT_FOUND),
        ({"eventType": "buy"}, RefusalReason.INVALID_EVENT_TYPE),
        ({"eventType": None}, RefusalReason.INVALID_EVENT_TYPE),
        ({"eventType": "install"}, RefusalReason.INVALID_EVENT_TYPE),
        ({"eventName": "x" * 256}, RefusalReason.INVALID_EVENT_NAME),
        ({"eventName": 5}, RefusalReason.INVALID_EVENT_NAME),
        ({"revenue": "9.99"}, RefusalReason.INVALID_REVENUE),
        ({"revenue": True}, RefusalReason.INVALID_REVENUE),
        ({"revenue": 1e300}, RefusalReason.INVALID_REVENUE),
        ({"revenue": 10**400}, RefusalReason.INVALID_REVENUE),
        ({"currency": "DOLLARS"}, RefusalReason.INVALID_CURRENCY),
        ({"currency": "U$D"}, RefusalReason.INVALID_CURRENCY),
        ({"currency": 840}, RefusalReason.INVALID_CURRENCY),
        ({"timestamp": None}, RefusalReason.INVALID_TIMESTAMP),
        ({"timestamp": "2026-03-10"}, RefusalReason.INVALID_TIMESTAMP),
        ({"timestamp": True}, RefusalReason.INVALID_TIMESTAMP),
        ({"timestamp": 10**15 + 1}, RefusalReason.INVALID_TIMESTAMP),
        ({"timestamp": -(10**30)}, RefusalReason.INVALID_TIMESTAMP),
        ({"parameters": [1]}, RefusalReason.INVALID_PARAMETERS),
        ({"parameters": "text"}, RefusalReason.INVALID_PARAMETERS),
        ({"isSandbox": "yes"}, RefusalReason.INVALID_PARAMETERS),
        ({"parameters": {"a": "x" * 95_000}}, RefusalReason.TOO_LARGE),
    ],
)
def test_a_bad_event_is_refused_by_itself(
    server: LiveServer,
    android: LiveApp,
    pixel: Sdk,
    changes: dict[str, Any],
    reason: RefusalReason,
) -> None:
    """The others of its batch are stored, and the operator sees why."""
    device = installed(pixel)
    good, bad = make_event(device), make_event(device, **changes)

    answer = pixel.batch(bad, good).json()

    assert [one["status"] for one in answer["events"]] == ["refused", "stored"]
    assert answer["events"][0]["reason"] == reason
    [refusal] = server.services.events.refusals(android.app.id, after=None, limit=9)
    assert refusal.reason == reason
    assert refusal.excerpt
    assert refusal.appsprint_id in (changes.get("appsprintId", device), None)
    assert server.services.ledger.check(android.app.id).is_balanced


@pytest.mark.parametrize(
    "changes",
    [
        {"timestamp": 0},
        {"timestamp": 10**15},
        {"timestamp": -5},
        {"revenue": 0},
        {"revenue": -9.99},
        {"revenue": 1_000_000_000},
        {"currency": "usd"},
        {"currency": ""},
        {"currency": None},
        {"eventName": ""},
        {"eventName": "ü" * 255},
        {"eventId": "x" * 128},
        {"eventType": "Sign-Up"},
        {"parameters": {}},
        {"parameters": {"a": {"b": [1, {"c": None}]}}},
        {"parameters": {"a": 10**40, "b": 1e300, "c": "\u0000\u2028"}},
        {"unknown": {"x": 1}, "sdkVersion": "2.0.0"},
    ],
)
def test_an_event_at_its_bounds_is_stored(pixel: Sdk, changes: dict[str, Any]) -> None:
    """Refunds, far times and empty texts included."""
    device = installed(pixel)

    assert pixel.batch(make_event(device, **changes)).json()["stored"] == 1


def test_a_repeated_batch_changes_nothing(server: LiveServer, android: LiveApp, pixel: Sdk) -> None:
    """200, never 409."""
    device = installed(pixel)
    events = [make_event(device) for _ in range(50)]
    pixel.batch(*events)

    answer = pixel.batch(*events, events[0])

    assert answer.status_code == 200
    assert (answer.json()["duplicates"], answer.json()["stored"]) == (51, 0)
    assert len(stored_events(server, android)) == 50


def test_five_hundred_events_and_no_more(pixel: Sdk) -> None:
    """Ten times what an SDK sends; beyond that the batch is too large."""
    device = installed(pixel)

    assert pixel.batch(*(make_event(device) for _ in range(500))).json()["stored"] == 500
    refused = pixel.batch(*(make_event(device) for _ in range(501)))
    assert (refused.status_code, refused.json()["error"]) == (413, "too_many_events")


def test_an_empty_batch(pixel: Sdk) -> None:
    """Nothing to do is done."""
    assert pixel.batch().json() == {
        "received": 0,
        "stored": 0,
        "duplicates": 0,
        "refused": 0,
        "events": [],
    }


# 4. One event


def test_a_test_event(server: LiveServer, android: LiveApp, pixel: Sdk) -> None:
    """Accepted and shown; neither attributed, nor forwarded."""
    device = installed(pixel)
    event = make_event(device, eventType="__test", revenue=None, currency=None)

    assert pixel.event(event).json() == {"status": "stored"}
    [found] = stored_events(server, android)
    assert found.event.is_test
    assert pixel.event(event).json() == {"status": "duplicate"}


def test_a_refused_single_event_says_why(pixel: Sdk) -> None:
    """A developer reads the answer."""
    response = pixel.event(make_event(installed(pixel), revenue="lots"))

    assert response.status_code == 422
    assert response.json() == {
        "error": "invalid_value",
        "message": "the event was refused: invalid_revenue",
    }


# 5. Customer user id


def test_the_latest_customer_id_counts(server: LiveServer, android: LiveApp, pixel: Sdk) -> None:
    """Trimmed, up to 255 characters."""
    device = installed(pixel)
    for value in ("first", f"  {'ü' * 255}  "):
        assert pixel.customer(device, value).json() == {"status": "ok"}

    assert identifier(server, android, IdentifierKind.CUSTOMER_USER_ID) == "ü" * 255


@pytest.mark.parametrize("value", ["", "   ", "x" * 256, 5, None, ["a"], {"a": 1}])
def test_what_is_no_customer_id(pixel: Sdk, value: object) -> None:
    """Permanent, so that the SDK does not try again."""
    assert pixel.customer(installed(pixel), value).status_code == 422


# 6. IDFA


@pytest.mark.parametrize("value", ["00000000-0000-0000-0000-000000000000", "x", "", None, 5])
def test_what_is_no_idfa(iphone: Sdk, value: object) -> None:
    """Neither the id that everybody has who declined."""
    body = ios_install()
    iphone.install(body)

    assert iphone.idfa(body["appsprintId"], value).status_code == 422


NOT_ALLOWED = ["denied", "restricted", "not_determined"]


@pytest.mark.parametrize("status", NOT_ALLOWED)
def test_an_idfa_that_is_not_allowed_is_not_kept(
    server: LiveServer, ios: LiveApp, iphone: Sdk, status: str
) -> None:
    """Whatever the body says besides: it is neither stored nor matched with."""
    click(server, ios, f"idfa={IDFA}&ttclid=x", **{"X-Forwarded-For": "203.0.113.99"})

    answer = iphone.install(ios_install(idfa=IDFA, attStatus=status)).json()

    assert not answer["attribution"]["isAttributed"]
    assert identifier(server, ios, IdentifierKind.IDFA) is None
    assert stored_install(server, ios).install.advertising_id is None


@pytest.mark.parametrize("status", NOT_ALLOWED)
def test_an_idfa_that_comes_later_and_is_not_allowed(
    server: LiveServer, ios: LiveApp, iphone: Sdk, status: str
) -> None:
    """A success, or the SDK would repeat it; nothing is kept, and what was kept goes."""
    body = ios_install(installTimestamp=None)
    iphone.install(body)
    iphone.idfa(body["appsprintId"], IDFA)
    assert identifier(server, ios, IdentifierKind.IDFA) == IDFA

    assert iphone.idfa(body["appsprintId"], IDFA, status).json() == {"status": "ok"}

    assert identifier(server, ios, IdentifierKind.IDFA) is None
    assert iphone.idfa("nobody", IDFA, status).json()["error"] == "install_not_found"


@pytest.mark.parametrize(
    ("status", "is_kept"), [("denied", False), ("restricted", False), ("not_determined", True)]
)
def test_a_person_can_take_it_back(
    server: LiveServer, ios: LiveApp, iphone: Sdk, status: str, *, is_kept: bool
) -> None:
    """The next registration says so; one that was composed before the question does not."""
    body = ios_install(idfa=IDFA, attStatus="authorized")
    iphone.install(body)

    iphone.install(body | {"attStatus": status, "idfa": None})

    assert (stored_install(server, ios).install.advertising_id is not None) is is_kept
    assert (identifier(server, ios, IdentifierKind.IDFA) is not None) is is_kept


# Consent


@pytest.mark.parametrize(
    ("told", "limits"),
    [
        ({}, None),
        ({"googleAdsConsent": {"adUserData": "GRANTED"}}, False),
        ({"googleAdsConsent": {"adUserData": "DENIED"}}, True),
        ({"googleAdsConsent": {"adUserData": "UNSPECIFIED"}}, None),
        ({"googleAdsConsent": {"adUserData": 5}}, None),
        ({"googleAdsConsent": "DENIED"}, None),
        ({"parameters": {"limited_data_use": True}}, True),
        ({"parameters": {"limited_data_use": "true", "b": [True]}}, None),
        ({"parameters": {"a": {"limited_data_use": True}}}, None),
    ],
)
def test_consent_comes_with_an_event(
    server: LiveServer, ios: LiveApp, iphone: Sdk, told: dict[str, object], limits: object
) -> None:
    """The SDK's or the developer's own word; what cannot be read is no word and refuses nothing."""
    device = ios_install()
    iphone.install(device)
    event = make_event(device["appsprintId"], googleAdsConsent=None) | told

    assert iphone.batch(event).json()["events"][0]["status"] == "stored"

    assert stored_events(server, ios)[0].event.limits_data_use is limits


@pytest.mark.parametrize(
    ("first", "then", "in_force"),
    [
        ("GRANTED", "DENIED", "DENIED"),
        ("DENIED", "GRANTED", "GRANTED"),
        (None, "DENIED", "DENIED"),
        ("DENIED", "UNSPECIFIED", "DENIED"),
        ("DENIED", None, "DENIED"),
    ],
)
def test_consent_can_be_taken_back(
    server: LiveServer, ios: LiveApp, iphone: Sdk, first: object, then: object, in_force: str
) -> None:
    """The last registration that says yes or no counts, and nothing else of it changes."""
    body = ios_install(googleAdsConsent={"adUserData": first})
    iphone.install(body)
    before = json.loads(stored_install(server, ios).install.body)

    iphone.install(body | {"googleAdsConsent": {"adUserData": then}, "batteryState": "full"})

    after = json.loads(stored_install(server, ios).install.body)
    assert after == before | {"googleAdsConsent": {"adUserData": in_force}}


def test_an_idfa_of_another_install_is_refused_and_then_taken_over(iphone: Sdk) -> None:
    """The SDK registers again and insists; it must not do so for ever."""
    old, new = ios_install(), ios_install()
    value = old["idfv"]
    for body in (old, new):
        iphone.install(body)
    assert iphone.idfa(old["appsprintId"], value).status_code == 200

    refused = iphone.idfa(new["appsprintId"], value)
    assert (refused.status_code, refused.json()["error"]) == (
        404,
        "install_not_found_or_idfa_conflict",
    )
    assert iphone.install(new).status_code == 200
    assert iphone.idfa(new["appsprintId"], value).json() == {"status": "ok"}


# 7. Apple's token


def test_apples_token_is_kept(server: LiveServer, ios: LiveApp, iphone: Sdk) -> None:
    """For a later look-up; the latest counts."""
    body = ios_install()
    iphone.install(body)

    assert iphone.apple_token(body["appsprintId"], "t" * 4096).json() == {"status": "ok"}
    assert token_of(server, ios) == "t" * 4096


@pytest.mark.parametrize("value", ["", "t" * 4097, 5, None])
def test_what_is_no_apple_token(iphone: Sdk, value: object) -> None:
    """Permanent."""
    body = ios_install()
    iphone.install(body)

    assert iphone.apple_token(body["appsprintId"], value).status_code == 422


# The dialects


def test_the_later_dialect(server: LiveServer, android: LiveApp, pixel: Sdk) -> None:
    """``postbackId`` in place of ``appsprintId``, in requests and answers; sandbox data apart."""
    body = android_install(installType="fresh_install", isSandbox=True, isVPN=False)
    device = body["postbackId"] = body.pop("appsprintId")
    answer = pixel.install(body).json()

    assert answer["postbackId"] == device
    assert "appsprintId" not in answer
    assert pixel.attribution(device).json() == answer
    event = make_event(device, sdkVersion="2.0.1", isSandbox=True)
    event["postbackId"] = event.pop("appsprintId")
    assert pixel.batch(event).json()["stored"] == 1
    customer = {"postbackId": device, "customerUserId": "c"}
    assert pixel.post("/v1/sdk/customer-user-id", customer).status_code == 200
    token = json.dumps({"postbackId": device, "adServicesToken": "t"}).encode()
    path = "/v1/sdk/install/ad-services-token"
    assert pixel.call("PATCH", path, token).status_code == 200
    install = stored_install(server, android).install
    assert install.environment is Environment.TEST
    assert json.loads(install.body)["installType"] == "fresh_install"
    assert [one.event.is_test for one in stored_events(server, android)] == [True]


def test_an_app_that_updates_its_sdk_is_answered_in_the_new_dialect(pixel: Sdk) -> None:
    """It registers the same install again."""
    body = android_install()
    first = pixel.install(body).json()
    body["postbackId"] = body.pop("appsprintId")
    second = pixel.install(body).json()

    assert second.pop("postbackId") == first.pop("appsprintId")
    assert second == first


def test_the_oldest_dialect(pixel: Sdk) -> None:
    """SDK 0.2: three routes without ``sdk`` in the path."""
    body = android_install()
    device = body["appsprintId"]

    answer = pixel.install(body, path="/v1/install").json()
    assert (answer["appsprintId"], answer["attribution"]) == (device, ORGANIC)
    assert pixel.event(make_event(device), path="/v1/event").json() == {"status": "stored"}
    customer = {"appsprintId": device, "customerUserId": "c"}
    assert pixel.post("/v1/customer-user-id", customer).json() == {"status": "ok"}


def test_devices_of_two_apps_are_apart(server: LiveServer, android: LiveApp) -> None:
    """One device can present the same id to two apps."""
    other = server.new_app("android")
    body = android_install()
    answers = [Sdk(server, app.key).install(body).json()["installId"] for app in (android, other)]

    assert len(set(answers)) == 2


def test_a_key_may_have_spaces_around_it(server: LiveServer, android: LiveApp) -> None:
    """Copied from a web page, with a space that no trimming of headers removes."""
    request = (
        "GET /v1/sdk/attribution/nobody HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        f"X-API-Key: \xa0{android.key} \r\n\r\n"
    )

    assert server.raw(request.encode("latin-1")).status == 404
