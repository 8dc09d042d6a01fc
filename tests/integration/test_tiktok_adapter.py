"""The TikTok adapter against the TikTok sandbox, over real sockets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from appsprint.adapters.networks.tiktok.adapter import TikTokAdapter
from appsprint.adapters.networks.tiktok.payload import payload_of
from appsprint.adapters.networks.tiktok.sandbox import (
    DEFAULT_APP_ID,
    DEFAULT_EVENTS_TOKEN,
    DEFAULT_PIXEL_CODE,
    DEFAULT_SECRET,
    EUR_ADVERTISER_ID,
    USD_ADVERTISER_ID,
    SandboxServer,
)
from appsprint.adapters.networks.tiktok.settings import TikTokSettings
from appsprint.domain.connection import Advertiser
from appsprint.domain.cost import (
    UNKNOWN_COUNTRY,
    AdEntity,
    AdLevel,
    CostPart,
    CostRow,
    CountingRules,
)
from appsprint.domain.delivery import (
    AwaitReconnect,
    DeadReason,
    Delivered,
    GiveUp,
    TryAgain,
    Verdict,
)
from appsprint.errors import AdNetworkRefused, ConnectionRevoked
from appsprint.ports.ad_network import CostQuery, EventsCredential, Grant
from tests.unit.tiktok.builders import make_event

pytestmark = pytest.mark.integration

REDIRECT_URI = "http://127.0.0.1:9/oauth/tiktok/callback"
CREDENTIAL = EventsCredential(pixel_id=DEFAULT_PIXEL_CODE, access_token=DEFAULT_EVENTS_TOKEN)
NOW = datetime(2026, 9, 30, 12, 0, tzinfo=UTC)
SLOW = TryAgain(maybe_accepted=False, is_limited=True)
UNSURE = TryAgain(maybe_accepted=True)


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    """A sandbox of this test's own, on 30 September 2026."""
    with SandboxServer(now=lambda: NOW) as server:
        yield server


@pytest.fixture
def adapter(sandbox: SandboxServer) -> Iterator[TikTokAdapter]:
    """An adapter for that sandbox."""
    yield from _adapter_for(sandbox, timeout_seconds=10)


@pytest.fixture
def impatient(sandbox: SandboxServer) -> Iterator[TikTokAdapter]:
    """The same, waiting only half a second for an answer."""
    yield from _adapter_for(sandbox, timeout_seconds=0.5)


def _adapter_for(sandbox: SandboxServer, *, timeout_seconds: float) -> Iterator[TikTokAdapter]:
    adapter = TikTokAdapter(
        TikTokSettings(
            app_id=DEFAULT_APP_ID,
            secret=DEFAULT_SECRET,
            api_url=sandbox.api_url,
            auth_url=f"{sandbox.auth_url}?auto=approve",
            timeout_seconds=timeout_seconds,
        )
    )
    yield adapter
    adapter.close()


@pytest.fixture
def token(adapter: TikTokAdapter) -> str:
    """The access token of a person who approved."""
    return _approve(adapter).access_token


def _auth_code(adapter: TikTokAdapter) -> str:
    url = adapter.flow.authorize_url(state="st&te", redirect_uri=REDIRECT_URI)
    answer = httpx.get(url, follow_redirects=False)
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    assert query["state"] == ["st&te"]
    return query["auth_code"][0]


def _approve(adapter: TikTokAdapter) -> Grant:
    return adapter.flow.exchange(_auth_code(adapter))


def _control(sandbox: SandboxServer, method: str, path: str, body: object = None) -> Any:
    answer = httpx.request(method, f"{sandbox.control_url}/{path}", json=body)
    assert answer.is_success, answer.text
    return answer.json()


def _fault(sandbox: SandboxServer, **fault: object) -> None:
    _control(sandbox, "POST", "faults", [fault])


def _payloads(count: int, **changes: Any) -> list[bytes]:
    return [
        payload_of(make_event(network_event_id=f"evt_{number}", occurred_at=NOW, **changes))
        for number in range(count)
    ]


def _received(sandbox: SandboxServer) -> dict[str, int]:
    totals: dict[str, int] = _control(sandbox, "GET", "state")["events"]
    return totals


def test_a_connection_is_made_used_and_ended(adapter: TikTokAdapter) -> None:
    """Approve, exchange, list accounts with currency and zone, revoke, and the token is gone."""
    grant = _approve(adapter)

    assert grant.advertiser_ids == (EUR_ADVERTISER_ID, USD_ADVERTISER_ID)
    assert list(adapter.flow.advertisers(grant.access_token)) == [
        Advertiser(
            id=EUR_ADVERTISER_ID,
            name="Sandbox Shop EU",
            currency="EUR",
            time_zone="Europe/Paris",
        ),
        Advertiser(
            id=USD_ADVERTISER_ID,
            name="Sandbox Shop US",
            currency="USD",
            time_zone="America/Los_Angeles",
        ),
    ]
    adapter.flow.revoke(grant.access_token)
    with pytest.raises(ConnectionRevoked) as caught:
        adapter.flow.advertisers(grant.access_token)
    assert caught.value.network_code == 40105


def test_a_code_works_once(adapter: TikTokAdapter) -> None:
    """A second exchange is refused with TikTok's code."""
    code = _auth_code(adapter)
    adapter.flow.exchange(code)

    with pytest.raises(AdNetworkRefused) as caught:
        adapter.flow.exchange(code)

    assert caught.value.network_code == 40110
    assert type(caught.value) is AdNetworkRefused


def test_a_wrong_secret_is_the_operators_problem(sandbox: SandboxServer) -> None:
    """The grant is not called lost when the developer app is misconfigured."""
    settings = TikTokSettings(app_id=DEFAULT_APP_ID, secret="wrong", api_url=sandbox.api_url)
    adapter = TikTokAdapter(settings)

    with pytest.raises(AdNetworkRefused) as caught:
        adapter.flow.exchange("any")

    assert type(caught.value) is AdNetworkRefused
    assert caught.value.network_code == 40113
    assert "wrong" not in caught.value.message
    adapter.close()


def test_a_lost_account_is_noticed(
    adapter: TikTokAdapter, sandbox: SandboxServer, token: str
) -> None:
    """When the person loses the advertiser, reading it says that the connection is lost."""
    account = {"account_id": "sandbox-account", "name": "M", "advertiser_ids": [USD_ADVERTISER_ID]}
    _control(sandbox, "PUT", "world", {"accounts": [account]})

    with pytest.raises(ConnectionRevoked):
        adapter.costs.advertiser(token, EUR_ADVERTISER_ID)
    with pytest.raises(ConnectionRevoked):
        list(adapter.costs.entities(token, EUR_ADVERTISER_ID))


def test_all_levels_are_listed_widest_first(adapter: TikTokAdapter, token: str) -> None:
    """Campaigns, then ad groups, then ads, each with its parents."""
    entities = _entities(adapter, token)

    assert [entity.level for entity in entities] == (
        [AdLevel.CAMPAIGN] * 3 + [AdLevel.ADGROUP] * 6 + [AdLevel.AD] * 12
    )
    assert entities[1] == AdEntity(
        level=AdLevel.CAMPAIGN,
        id="1801000000000002",
        name="DE Retargeting / été",
        campaign_id="1801000000000002",
        advertiser_id=EUR_ADVERTISER_ID,
        objective="WEB_CONVERSIONS",
        status="CAMPAIGN_STATUS_ENABLE",
    )
    ad = entities[-1]
    assert (ad.id, ad.campaign_id, ad.adgroup_id, ad.objective) == (
        "18030000000000322",
        "1801000000000003",
        "1802000000000032",
        None,
    )


def test_what_ads_lead_to_and_how_ad_groups_count_is_read(
    adapter: TikTokAdapter, sandbox: SandboxServer, token: str
) -> None:
    """The landing page with its macros as they stand, and TikTok's own windows."""
    url = "https://go.example/c/slug?campaign_id=__CAMPAIGN_ID__"
    ad = {
        "ad_id": "18030000000000111",
        "adgroup_id": "1802000000000011",
        "ad_name": "Video A",
        "extra": {"landing_page_url": url},
    }
    _control(sandbox, "PUT", "world", {"ads": [ad]})

    entities = {entity.id: entity for entity in _entities(adapter, token)}

    assert entities["18030000000000111"].landing_page_url == url
    assert entities["18030000000000112"].landing_page_url is None
    assert entities["1802000000000011"].counting == CountingRules(
        event="SHOPPING", click_window="SEVEN_DAYS", view_window="ONE_DAY"
    )


def test_boosted_posts_are_listed(
    adapter: TikTokAdapter, sandbox: SandboxServer, token: str
) -> None:
    """They are not by default, and their spend would have no name."""
    boosted = {
        "campaign_id": "1806",
        "advertiser_id": EUR_ADVERTISER_ID,
        "campaign_name": "Boosted",
        "extra": {"campaign_system_origin": "PROMOTE"},
    }
    _control(sandbox, "PUT", "world", {"campaigns": [boosted]})

    assert "1806" in {entity.id for entity in _entities(adapter, token)}


@pytest.mark.parametrize("endpoint", ["/campaign/get/", "/adgroup/get/", "/ad/get/"])
def test_a_field_that_is_not_served_any_more_costs_only_itself(
    adapter: TikTokAdapter, sandbox: SandboxServer, token: str, endpoint: str
) -> None:
    """TikTok refuses the whole call for it; names and parents are then read without."""
    _fault(sandbox, kind="business_error", code=41002, endpoint=endpoint, times=1)

    assert len(_entities(adapter, token)) == 3 + 6 + 12


def test_more_campaigns_than_a_page_are_all_listed(
    adapter: TikTokAdapter, sandbox: SandboxServer, token: str
) -> None:
    """2,100 campaigns come in pages of at most 1,000, each once."""
    campaigns = [
        {
            "campaign_id": f"1805{number:012}",
            "advertiser_id": USD_ADVERTISER_ID,
            "campaign_name": f"Campaign {number}",
        }
        for number in range(2100)
    ]
    _control(sandbox, "PUT", "world", {"campaigns": campaigns})

    pages = list(adapter.costs.entities(token, USD_ADVERTISER_ID))

    assert [len(page) for page in pages] == [1000, 1000, 100, 0, 0]
    listed = {entity.id for page in pages for entity in page}
    assert listed == {campaign["campaign_id"] for campaign in campaigns}


def test_deleted_campaigns_and_their_costs_stay(
    adapter: TikTokAdapter, sandbox: SandboxServer, token: str
) -> None:
    """A deleted campaign is listed as deleted, and its past spend is still reported."""
    deleted = {
        "campaign_id": "1801000000000001",
        "advertiser_id": EUR_ADVERTISER_ID,
        "campaign_name": "Gone",
        "is_deleted": True,
    }
    _control(sandbox, "PUT", "world", {"campaigns": [deleted]})

    entities = {entity.id: entity for entity in _entities(adapter, token)}
    rows = _costs(adapter, token, CostPart.CAMPAIGN)

    assert entities["1801000000000001"].is_deleted
    assert not entities["1801000000000002"].is_deleted
    assert any(row.entity_id == "1801000000000001" and row.spend_micros for row in rows)


@pytest.mark.parametrize(
    ("part", "entities"), [(CostPart.CAMPAIGN, 3), (CostPart.ADGROUP, 6), (CostPart.AD, 12)]
)
def test_daily_costs_are_read_at_each_level(
    adapter: TikTokAdapter, token: str, part: CostPart, entities: int
) -> None:
    """One row per entity and day of the two weeks, stamped with the moment of reading."""
    rows = _costs(adapter, token, part, days=45)

    assert len(rows) == len({(row.entity_id, row.day_on) for row in rows}) == entities * 14
    assert {row.as_of for row in rows} == {NOW}
    assert min(row.day_on for row in rows) == date(2026, 9, 17)


def test_costs_by_country_are_read_beside_the_whole(
    adapter: TikTokAdapter, sandbox: SandboxServer, token: str
) -> None:
    """Campaigns by country and day; where TikTok knows no country, the row says so."""
    rows = [
        {"ad_id": "18030000000000111", "day": "2026-08-02", "country_code": code, "metrics": spent}
        for code, spent in (
            ("FR", {"spend": "51.20"}),
            ("BE", {"spend": "4"}),
            ("", {"spend": "1"}),
        )
    ]
    _control(sandbox, "PUT", "world", {"report_rows": rows})

    by_country = _costs(adapter, token, CostPart.COUNTRY, days=90)
    whole = _costs(adapter, token, CostPart.CAMPAIGN, days=90)

    found = [row for row in by_country if row.day_on == date(2026, 8, 2)]
    assert {(row.entity_id, row.country, row.spend_micros) for row in found} == {
        ("1801000000000001", "FR", 51_200_000),
        ("1801000000000001", "BE", 4_000_000),
        ("1801000000000001", UNKNOWN_COUNTRY, 1_000_000),
    }
    assert (whole[0].country, whole[0].spend_micros) == (None, 56_200_000)


def test_levels_agree_on_the_money(adapter: TikTokAdapter, token: str) -> None:
    """Campaigns spend what their ads spend, to the last hundredth."""
    campaigns = _costs(adapter, token, CostPart.CAMPAIGN)
    ads = _costs(adapter, token, CostPart.AD)

    assert _total(campaigns, "impressions") == _total(ads, "impressions")
    assert _total(campaigns, "reported_revenue_micros") == _total(ads, "reported_revenue_micros")


def test_a_report_row_is_exact_and_absent_is_not_zero(
    adapter: TikTokAdapter, sandbox: SandboxServer, token: str
) -> None:
    """Amounts keep their digits, ``-`` becomes none, a later reading sees the restatement."""
    row: dict[str, Any] = {
        "ad_id": "18030000000000111",
        "day": "2026-08-02",
        "metrics": {"spend": "51.20", "impressions": "14311", "clicks": "0", "conversion": None},
    }
    _control(sandbox, "PUT", "world", {"report_rows": [row]})

    first = _costs(adapter, token, CostPart.AD, days=90)[0]

    assert first == CostRow(
        level=AdLevel.AD,
        entity_id="18030000000000111",
        day_on=date(2026, 8, 2),
        as_of=NOW,
        spend_micros=51_200_000,
        impressions=14311,
        clicks=0,
        reported_installs=None,
        reported_revenue_micros=first.reported_revenue_micros,
    )
    row["metrics"] = {"spend": "51.21", "conversion": "4", "total_complete_payment_rate": "90.00"}
    _control(sandbox, "POST", "restate", {"report_rows": [row]})
    later = _costs(adapter, token, CostPart.AD, days=90)[0]
    assert later.spend_micros == 51_210_000
    assert (later.reported_installs, later.reported_revenue_micros) == (4, 90_000_000)


def test_days_without_delivery_have_no_row(adapter: TikTokAdapter, token: str) -> None:
    """An account that never ran gives an empty report, not zeros."""
    query = _query(CostPart.CAMPAIGN, days=30)

    pages = list(adapter.costs.daily_costs(token, USD_ADVERTISER_ID, query))

    assert [list(page) for page in pages] == [[]]


def test_events_arrive_as_they_were_made(adapter: TikTokAdapter, sandbox: SandboxServer) -> None:
    """The sandbox, as strict as TikTok, takes the payload without a warning."""
    event = make_event(
        occurred_at=NOW,
        parameters='{"productId": 7, "price": 14.99, "quantity": 2, "orderId": "o1"}',
        customer_user_id="user_123",
        locale="en_US",
    )

    result = adapter.sender.send(CREDENTIAL, [payload_of(event)])

    assert result.verdict == Delivered()
    assert result.answer.code == 0
    (received,) = _control(sandbox, "GET", "events")["events"]
    assert received["warnings"] == []
    assert received["payload"] == json.loads(payload_of(event))
    assert received["request_id"] == result.answer.request_id


def test_a_thousand_events_go_in_one_call(adapter: TikTokAdapter, sandbox: SandboxServer) -> None:
    """A full batch is taken; the same batch again is deduplicated by TikTok."""
    payloads = _payloads(1000)

    assert adapter.sender.send(CREDENTIAL, payloads).verdict == Delivered()
    assert adapter.sender.send(CREDENTIAL, payloads).verdict == Delivered()

    totals = _received(sandbox)
    assert (totals["accepted"], totals["duplicate"]) == (1000, 1000)


def test_the_place_of_a_bad_event_is_read_from_tiktoks_message(
    adapter: TikTokAdapter, sandbox: SandboxServer
) -> None:
    """Counted from the beginning of the call."""
    _fault(sandbox, kind="bad_event", event_id="evt_3")

    verdict = adapter.sender.send(CREDENTIAL, _payloads(8)).verdict
    assert verdict == GiveUp(reason=DeadReason.REJECTED, splittable=True, suspect=3)


def test_one_bad_event_fails_its_call_and_can_be_found_by_splitting(
    adapter: TikTokAdapter, sandbox: SandboxServer
) -> None:
    """The call is refused as splittable; the halves show which event it was."""
    _fault(sandbox, kind="bad_event", event_id="evt_3", message="an event is invalid")
    payloads = _payloads(8)

    whole, left, right = (
        adapter.sender.send(CREDENTIAL, part).verdict
        for part in (payloads, payloads[:4], payloads[4:])
    )

    refused = GiveUp(reason=DeadReason.REJECTED, splittable=True)
    assert (whole, left, right) == (refused, refused, Delivered())


@pytest.mark.parametrize(
    ("credential", "code"),
    [
        (EventsCredential(pixel_id=DEFAULT_PIXEL_CODE, access_token="revoked"), 40105),
        (EventsCredential(pixel_id="NOSUCHPIXEL", access_token=DEFAULT_EVENTS_TOKEN), 40001),
    ],
)
def test_a_wrong_token_or_pixel_pauses_the_connection(
    adapter: TikTokAdapter, credential: EventsCredential, code: int
) -> None:
    """The events are kept, and the problem says what TikTok said."""
    result = adapter.sender.send(credential, _payloads(2))

    assert isinstance(result.verdict, AwaitReconnect)
    assert result.answer.code == code
    assert result.answer.message in result.verdict.problem


@pytest.mark.parametrize(
    ("fault", "verdict", "accepted"),
    [
        ({"kind": "rate_limit"}, SLOW, 0),
        ({"kind": "pixel_rate_limit"}, SLOW, 0),
        ({"kind": "advertiser_rate_limit"}, SLOW, 0),
        ({"kind": "minute_limit"}, replace(SLOW, at_least_seconds=300), 0),
        ({"kind": "partial"}, Delivered(), 2),
        ({"kind": "business_error", "code": 50000}, TryAgain(maybe_accepted=False), 0),
        (
            {"kind": "business_error", "code": 40003},
            GiveUp(reason=DeadReason.REJECTED, splittable=False),
            0,
        ),
        ({"kind": "server_error", "status": 502}, UNSURE, 0),
        ({"kind": "server_error", "status": 500}, UNSURE, 0),
        ({"kind": "hang"}, UNSURE, 0),
        ({"kind": "reset"}, UNSURE, 0),
        ({"kind": "accept_then_hang"}, UNSURE, 2),
        ({"kind": "accept_then_reset"}, UNSURE, 2),
        ({"kind": "slow", "delay_ms": 50}, Delivered(), 2),
    ],
    ids=repr,
)
def test_each_fault_has_its_verdict_and_the_next_call_works(
    adapter: TikTokAdapter,
    impatient: TikTokAdapter,
    sandbox: SandboxServer,
    fault: dict[str, object],
    verdict: Verdict,
    accepted: int,
) -> None:
    """Where TikTok may have taken the events the verdict says so; afterwards all is well."""
    _fault(sandbox, endpoint="/event/track/", times=1, **fault)
    payloads = _payloads(2)
    caller = impatient if str(fault["kind"]).endswith("hang") else adapter

    assert caller.sender.send(CREDENTIAL, payloads).verdict == verdict
    assert _received(sandbox)["accepted"] == accepted
    assert adapter.sender.send(CREDENTIAL, payloads).verdict == Delivered()
    assert _received(sandbox)["accepted"] == 2


def _entities(adapter: TikTokAdapter, token: str) -> list[AdEntity]:
    pages = adapter.costs.entities(token, EUR_ADVERTISER_ID)
    return [entity for page in pages for entity in page]


def _query(part: CostPart, *, days: int) -> CostQuery:
    end_on = NOW.date()
    start_on = end_on - timedelta(days=days - 1)
    return CostQuery(part=part, start_on=start_on, end_on=end_on, as_of=NOW)


def _costs(adapter: TikTokAdapter, token: str, part: CostPart, *, days: int = 14) -> list[CostRow]:
    """The rows of the last ``days`` days, oldest first."""
    pages = adapter.costs.daily_costs(token, EUR_ADVERTISER_ID, _query(part, days=days))
    return sorted((row for page in pages for row in page), key=lambda row: row.day_on)


def _total(rows: list[CostRow], field: str) -> Decimal:
    return Decimal(sum(getattr(row, field) or 0 for row in rows))
