"""The truth as requests: in order, with the macros that TikTok replaces, each where it belongs."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

from appsprint.domain.app import Platform
from appsprint.domain.device import is_browser_user_agent
from appsprint.domain.visit import VisitKind, classify_visit
from appsprint.entrypoints.demo.ads import Ad
from appsprint.entrypoints.demo.people import Referrer
from appsprint.entrypoints.demo.traffic import LinkVisit, SdkCall, timeline, visited
from tests.unit.demo.builders import NOON, small_world

LINK = (
    "https://go.example/c/aB3?utm_source=tiktok&utm_campaign=__CAMPAIGN_NAME__"
    "&tt_campaign_id=__CAMPAIGN_ID__&tt_adgroup_id=__AID__&tt_adgroup_name=__AID_NAME__"
    "&tt_ad_id=__CID__&tt_ad_name=__CID_NAME__&tt_placement=__PLACEMENT__"
)
AD = Ad(
    ad_id="31",
    ad_name="Video / été",
    adgroup_id="21",
    adgroup_name="Broad & more",
    campaign_id="11",
    campaign_name="FR 100 %",
)


def make_visit(*, ad: Ad | None = AD, ttclid: str | None = "E_C_P_x-Y_z") -> LinkVisit:
    """A person's visit."""
    return LinkVisit(
        at=NOON,
        platform=Platform.IOS,
        link=0,
        ad=ad,
        ttclid=ttclid,
        method="GET",
        headers={},
        person=1,
    )


def test_tiktok_replaces_macros_and_adds_its_click_id() -> None:
    """Names arrive percent-encoded, the click id as it is."""
    target = visited(LINK, make_visit())

    assert target.startswith("/c/aB3?utm_source=tiktok&utm_campaign=FR%20100%20%25&")
    assert target.endswith("&ttclid=E_C_P_x-Y_z")
    assert dict(parse_qsl(urlsplit(target).query)) == {
        "utm_source": "tiktok",
        "utm_campaign": "FR 100 %",
        "tt_campaign_id": "11",
        "tt_adgroup_id": "21",
        "tt_adgroup_name": "Broad & more",
        "tt_ad_id": "31",
        "tt_ad_name": "Video / été",
        "tt_placement": "TikTok",
        "ttclid": "E_C_P_x-Y_z",
    }


def test_macros_can_stay_and_the_click_id_can_be_missing() -> None:
    """Then the link is visited as it was pasted."""
    target = visited(LINK, make_visit(ad=None, ttclid=None))

    assert target == LINK.removeprefix("https://go.example")


def test_requests_are_in_the_order_of_time() -> None:
    """A server sees no request before an earlier one."""
    instants = [action.at for action in timeline(small_world())]

    assert instants == sorted(instants)


def test_people_are_clicks_and_machines_are_not() -> None:
    """By the server's own rule, for every visit of a world."""
    visits = [action for action in timeline(small_world(days=14)) if isinstance(action, LinkVisit)]
    for visit in visits:
        headers = {name.lower(): value for name, value in visit.headers.items()}
        kind = classify_visit(
            method=visit.method, headers=headers, user_agent=headers["user-agent"]
        )
        assert (kind is VisitKind.CLICK) is (visit.person is not None)
    assert {visit.person is None for visit in visits} == {True, False}


def test_web_views_are_browsers() -> None:
    """So that every event can have the user agent that TikTok asks for."""
    people = small_world().people

    assert all(is_browser_user_agent(person.phone.web_view()) for person in people)


def test_play_hands_over_the_referrer_of_the_last_redirect() -> None:
    """Exactly for installs whose referrer is a click's; iOS has none."""
    world = small_world()
    wanted = {
        person.install.appsprint_id: person.number
        for person in world.people
        if person.install and person.install.referrer is Referrer.CLICK
    }
    found = {
        str(call.body.get("appsprintId", call.body.get("postbackId"))): call.referrer_of
        for call in timeline(world)
        if isinstance(call, SdkCall) and call.body and call.referrer_of is not None
    }

    assert found == wanted


def test_a_test_key_is_used_by_the_developer_alone() -> None:
    """The developer tries too early, registers, and tries again."""
    calls = [
        action
        for action in timeline(small_world())
        if isinstance(action, SdkCall) and action.is_test
    ]

    assert [(call.path, call.status) for call in calls] == [
        ("/v1/sdk/event", 404),
        ("/v1/sdk/install", 200),
        ("/v1/sdk/event", 200),
    ]


def test_every_route_of_the_sdks_is_called() -> None:
    """All seven of the protocol and the three of the oldest dialect."""
    calls = [action for action in timeline(small_world(days=14)) if isinstance(action, SdkCall)]
    routes = {call.path.partition("/attribution/")[0] for call in calls}

    assert routes == {
        *("/v1/sdk/install", "/v1/sdk", "/v1/sdk/events/batch", "/v1/sdk/event"),
        *("/v1/sdk/customer-user-id", "/v1/sdk/install/idfa"),
        *("/v1/sdk/install/ad-services-token", "/v1/install", "/v1/event"),
        "/v1/customer-user-id",
    }
