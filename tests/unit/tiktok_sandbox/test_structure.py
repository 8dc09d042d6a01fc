"""Advertisers, campaigns, ad groups, ads and pixels are listed as TikTok lists them."""

import json
from collections.abc import Mapping
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appsprint.adapters.networks.tiktok.sandbox.entities import Ad, AdGroup, Campaign, Grant, Pixel
from appsprint.adapters.networks.tiktok.sandbox.permissions import ALL_SCOPES
from appsprint.adapters.networks.tiktok.sandbox.state import Sandbox
from tests.unit.tiktok_sandbox.builders import (
    ADVERTISER,
    EVENTS_TOKEN,
    FOREIGN_ADVERTISER,
    PIXEL,
    TOKEN,
    ask,
    error_of,
    make_sandbox,
)

CAMPAIGNS, ADGROUPS, ADS = "/campaign/get/", "/adgroup/get/", "/ad/get/"
PIXELS, ADVERTISERS = "/pixel/list/", "/advertiser/info/"
DELETED = Campaign(campaign_id="c1", advertiser_id=ADVERTISER, campaign_name="A", is_deleted=True)
DISABLED = Campaign(
    campaign_id="c1", advertiser_id=ADVERTISER, campaign_name="A", operation_status="DISABLE"
)


def listed(
    sandbox: Sandbox, endpoint: str = CAMPAIGNS, token: str = TOKEN, **parameters: Any
) -> Mapping[str, Any]:
    """The answer of a list endpoint; lists and objects become JSON."""
    query = {"advertiser_id": ADVERTISER, **parameters}
    texts = {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in query.items()
    }
    return ask(sandbox, endpoint, query=texts, token=token)


def ids(data: Mapping[str, Any], field: str = "campaign_id") -> list[str]:
    """The ids on a page."""
    return [row[field] for row in data["list"]]


def test_a_campaign_row_has_tiktoks_fields() -> None:
    """Ids are strings, times are UTC text, and the status is spelled out."""
    row = listed(make_sandbox())["list"][0]

    assert row["campaign_id"] == "c1"
    assert row["campaign_name"] == "Alpha"
    assert row["objective_type"] == "WEB_CONVERSIONS"
    assert row["secondary_status"] == "CAMPAIGN_STATUS_ENABLE"
    assert row["create_time"] == "2026-01-10 09:00:00"


def test_rows_name_their_parents() -> None:
    """An ad says which ad group and campaign it is in."""
    row = listed(make_sandbox(), ADS)["list"][0]

    names = ("ad_id", "ad_name", "adgroup_id", "adgroup_name", "campaign_id", "campaign_name")
    assert [row[name] for name in names] == ["ad1", "First", "g1", "One", "c1", "Alpha"]


def test_only_the_fields_asked_for_come_back() -> None:
    """A permitted field that an object has not got is absent."""
    data = listed(make_sandbox(), fields=["campaign_id", "rta_id"])

    assert data["list"] == [{"campaign_id": "c1"}, {"campaign_id": "c2"}]


def test_other_official_fields_of_an_object_are_answered() -> None:
    """What the world knows beyond the usual fields shows up in the row."""
    group = AdGroup(
        adgroup_id="g1",
        campaign_id="c1",
        adgroup_name="One",
        extra={"pixel_id": "731", "optimization_goal": "VALUE", "nonsense": 1},
    )

    row = listed(make_sandbox(adgroups=[group]), ADGROUPS)["list"][0]

    assert (row["pixel_id"], row["optimization_goal"]) == ("731", "VALUE")
    assert "nonsense" not in row


@pytest.mark.parametrize(
    ("endpoint", "parameters", "message"),
    [
        (CAMPAIGNS, {"fields": ["campaign_id", "nope"]}, "Invalid fields: ['nope']"),
        (ADVERTISERS, {"advertiser_ids": [ADVERTISER], "fields": ["x"]}, "Invalid fields: ['x']"),
        (CAMPAIGNS, {"advertiser_id": ""}, "Missing required field(s): advertiser_id."),
        (ADVERTISERS, {}, "Missing required field(s): advertiser_ids."),
        (
            ADVERTISERS,
            {"advertiser_ids": [ADVERTISER] * 101},
            "advertiser_ids: Length must be between 1 and 100.",
        ),
        (
            CAMPAIGNS,
            {"page_size": "1001"},
            "Invalid value for page_size: must be between 1 and 1000.",
        ),
        (PIXELS, {"page_size": "21"}, "Invalid value for page_size: must be between 1 and 20."),
        (CAMPAIGNS, {"page": "one"}, "Invalid value for page: not a valid integer."),
        (CAMPAIGNS, {"page": "9" * 5000}, "Invalid value for page: not a valid integer."),
        (CAMPAIGNS, {"filtering": []}, "Invalid value for filtering: not an object in JSON."),
        (CAMPAIGNS, {"filtering": {"ad_ids": ["1"]}}, "Invalid filtering fields: ['ad_ids']"),
        (
            CAMPAIGNS,
            {"filtering": {"modified_after": "2026-01-01 00:00:00"}},
            "Invalid filtering fields: ['modified_after']",
        ),
        (
            CAMPAIGNS,
            {"filtering": {"campaign_ids": "c1"}},
            "Invalid value for filtering.campaign_ids: not a valid array of strings.",
        ),
        (
            CAMPAIGNS,
            {"filtering": {"campaign_ids": []}},
            "Invalid value for filtering.campaign_ids: must hold 1 to 100 items.",
        ),
        (
            CAMPAIGNS,
            {"filtering": {"campaign_name": 5}},
            "Invalid value for filtering.campaign_name: not a valid string.",
        ),
        (
            ADS,
            {"filtering": {"modified_after": "2026-01-01"}},
            "Invalid value for filtering.modified_after: must be YYYY-MM-DD HH:MM:SS.",
        ),
        (
            PIXELS,
            {"order_by": "NAME"},
            "Invalid value for order_by: must be one of ['EARLIEST_CREATE', 'LATEST_CREATE'].",
        ),
        (PIXELS, {"filtering": {"pixel_ids": ["1"]}}, "Invalid filtering field: pixel_ids"),
        (
            PIXELS,
            {"filtering": {"available_for_catalog_only": "yes"}},
            "Invalid value for filtering.available_for_catalog_only: not a valid boolean.",
        ),
    ],
)
def test_each_bad_parameter_is_refused(
    endpoint: str, parameters: dict[str, Any], message: str
) -> None:
    """All of them are parameter errors, with a message that names the parameter."""
    sandbox = make_sandbox()

    assert error_of(lambda: listed(sandbox, endpoint, **parameters)) == (40002, message)


@pytest.mark.parametrize("endpoint", [CAMPAIGNS, ADGROUPS, ADS, PIXELS])
@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"advertiser_id": FOREIGN_ADVERTISER}, 40001),
        ({"advertiser_id": "1"}, 40001),
        ({"token": ""}, 40104),
        ({"token": "x"}, 40105),
        ({"token": EVENTS_TOKEN}, 40001),
    ],
)
def test_lists_need_a_token_that_reaches_the_advertiser(
    endpoint: str, parameters: dict[str, str], code: int
) -> None:
    """An Events API token may not read anything."""
    sandbox = make_sandbox()

    assert error_of(lambda: listed(sandbox, endpoint, **parameters))[0] == code


@pytest.mark.parametrize(
    ("endpoint", "withheld"),
    [
        (CAMPAIGNS, {2, 20, 200}),
        (ADGROUPS, {2, 21, 210}),
        (ADS, {2, 22, 220}),
        (PIXELS, {8, 800}),
    ],
)
def test_a_permission_that_was_not_granted_is_missed(endpoint: str, withheld: set[int]) -> None:
    """Any one of those that an endpoint takes is enough."""
    scopes = [scope for scope in ALL_SCOPES if scope not in withheld]
    grant = Grant(access_token="t", app_id="app", advertiser_ids=[ADVERTISER], scopes=scopes)
    enough = msgspec.structs.replace(grant, access_token="u", scopes=[min(withheld)])
    sandbox = make_sandbox(oauth_tokens=[grant, enough])

    code, message = error_of(lambda: listed(sandbox, endpoint, token="t"))

    assert (code, endpoint in message) == (40001, True)
    assert listed(sandbox, endpoint, token="u")["page_info"]["page"] == 1


def test_advertisers_are_described() -> None:
    """The zone of reports is the IANA one; ``timezone`` has the reversed POSIX sign."""
    data = listed(make_sandbox(), ADVERTISERS, advertiser_ids=[ADVERTISER])

    row = data["list"][0]
    assert (row["timezone"], row["display_timezone"]) == ("Etc/GMT-1", "Europe/Paris")
    assert (row["currency"], row["status"]) == ("EUR", "STATUS_ENABLE")
    assert "extra" not in row


@pytest.mark.parametrize(
    ("filtering", "expected"),
    [
        ({}, ["c2"]),
        ({"primary_status": "STATUS_NOT_DELETE"}, ["c2"]),
        ({"primary_status": "STATUS_ALL"}, ["c1", "c2"]),
        ({"primary_status": "STATUS_DELETE"}, ["c1"]),
        ({"secondary_status": "CAMPAIGN_STATUS_DELETE"}, ["c1"]),
        ({"secondary_status": "CAMPAIGN_STATUS_ALL"}, ["c1", "c2"]),
        ({"secondary_status": "CAMPAIGN_STATUS_ENABLE"}, ["c2"]),
    ],
)
def test_deleted_objects_are_hidden_unless_asked_for(
    filtering: dict[str, str], expected: list[str]
) -> None:
    """TikTok excludes them by default; a status filter of either kind decides instead."""
    sandbox = make_sandbox(campaigns=[DELETED])

    assert ids(listed(sandbox, filtering=filtering)) == expected


@pytest.mark.parametrize(("endpoint", "field"), [(ADGROUPS, "adgroup_id"), (ADS, "ad_id")])
def test_what_is_below_a_deleted_campaign_is_deleted(endpoint: str, field: str) -> None:
    """Deleting goes down the tree."""
    sandbox = make_sandbox(campaigns=[DELETED])

    assert len(ids(listed(sandbox, endpoint), field)) == 1


@pytest.mark.parametrize(
    ("endpoint", "status"),
    [
        (CAMPAIGNS, "CAMPAIGN_STATUS_DISABLE"),
        (ADGROUPS, "ADGROUP_STATUS_CAMPAIGN_DISABLE"),
        (ADS, "AD_STATUS_CAMPAIGN_DISABLE"),
    ],
)
def test_the_secondary_status_names_the_cause(endpoint: str, status: str) -> None:
    """An ad in a disabled campaign says that it is the campaign."""
    sandbox = make_sandbox(campaigns=[DISABLED])

    assert listed(sandbox, endpoint)["list"][0]["secondary_status"] == status


@pytest.mark.parametrize(
    ("endpoint", "filtering", "expected"),
    [
        (CAMPAIGNS, {"campaign_ids": ["c2"]}, ["c2"]),
        (CAMPAIGNS, {"campaign_name": "ALP"}, ["c1"]),
        (CAMPAIGNS, {"objective_type": "TRAFFIC"}, ["c2"]),
        (CAMPAIGNS, {"buying_types": ["RESERVATION_RF"]}, []),
        (CAMPAIGNS, {"campaign_system_origins": ["PROMOTE"]}, ["c3"]),
        (CAMPAIGNS, {"is_smart_performance_campaign": False}, ["c1", "c2"]),
        (CAMPAIGNS, {"creation_filter_start_time": "2026-02-01 00:00:00"}, ["c2"]),
        (CAMPAIGNS, {"creation_filter_end_time": "2026-02-01 00:00:00"}, ["c1"]),
        (ADGROUPS, {"adgroup_name": "tw"}, ["c2"]),
        (ADGROUPS, {"adgroup_ids": ["g1"]}, ["c1"]),
        (ADGROUPS, {"objective_type": "TRAFFIC"}, ["c2"]),
        (ADS, {"ad_ids": ["ad2"]}, ["c2"]),
        (ADS, {"modified_after": "2026-02-01 00:00:00"}, ["c2"]),
    ],
)
def test_filters_choose_rows(endpoint: str, filtering: dict[str, Any], expected: list[str]) -> None:
    """Each filter of the reference that the sandbox knows; boosted posts need to be asked for."""
    sandbox = make_sandbox(
        campaigns=[
            Campaign(
                campaign_id="c2",
                advertiser_id=ADVERTISER,
                campaign_name="Beta",
                objective_type="TRAFFIC",
                create_time="2026-03-01 00:00:00",
            ),
            Campaign(
                campaign_id="c3",
                advertiser_id=ADVERTISER,
                campaign_name="Boosted",
                extra={"campaign_system_origin": "PROMOTE"},
            ),
        ],
        ads=[
            Ad(
                ad_id="ad2",
                adgroup_id="g2",
                ad_name="Second",
                modify_time="2026-03-01 00:00:00",
            )
        ],
    )

    assert ids(listed(sandbox, endpoint, filtering=filtering)) == expected


@given(total=st.integers(0, 25), page_size=st.integers(1, 12))
def test_pages_show_every_campaign_exactly_once(total: int, page_size: int) -> None:
    """Whatever the size of a page, all pages together are the whole list, in order."""
    campaigns = [
        Campaign(campaign_id=f"d{number:02}", advertiser_id=ADVERTISER, campaign_name="D")
        for number in range(total)
    ]
    sandbox = make_sandbox(campaigns=campaigns)
    size = str(page_size)
    pages = listed(sandbox, page_size=size)["page_info"]["total_page"]

    seen = [
        campaign_id
        for page in range(1, pages + 1)
        for campaign_id in ids(listed(sandbox, page=str(page), page_size=size))
    ]

    assert seen == ["c1", "c2", *(campaign.campaign_id for campaign in campaigns)]
    assert ids(listed(sandbox, page=str(pages + 1), page_size=size)) == []


@pytest.mark.parametrize(
    ("parameters", "codes"),
    [
        ({}, [PIXEL, "NEWER"]),
        ({"order_by": "LATEST_CREATE"}, ["NEWER", PIXEL]),
        ({"code": PIXEL}, [PIXEL]),
        ({"pixel_id": "7000"}, ["NEWER"]),
        ({"name": "new"}, ["NEWER"]),
        ({"page_size": "1", "page": "2"}, ["NEWER"]),
    ],
)
def test_pixels_are_listed_by_age_and_found_by_id_code_and_name(
    parameters: dict[str, str], codes: list[str]
) -> None:
    """The oldest first, only those of the advertiser asked about."""
    newer = Pixel(
        pixel_id="7000",
        pixel_code="NEWER",
        pixel_name="A new one",
        advertiser_id=ADVERTISER,
        create_time="2026-05-01 00:00:00",
    )

    data = listed(make_sandbox(pixels=[newer]), PIXELS, **parameters)

    assert [pixel["pixel_code"] for pixel in data["pixels"]] == codes
