"""``/report/integrated/get/`` refuses what TikTok refuses and writes numbers as TikTok does."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appsprint.adapters.networks.tiktok.sandbox.entities import Ad, Campaign, ReportRow
from appsprint.adapters.networks.tiktok.sandbox.metrics import OFFICIAL_METRICS, value_of, written
from appsprint.adapters.networks.tiktok.sandbox.state import Sandbox
from tests.unit.tiktok_sandbox.builders import (
    ADVERTISER,
    EVENTS_TOKEN,
    FOREIGN_ADVERTISER,
    NOW,
    ask,
    error_of,
    make_row,
    make_sandbox,
)

REPORT = "/report/integrated/get/"
STATUS_ALL = [
    {"field_name": "campaign_status", "filter_type": "IN", "filter_value": '["STATUS_ALL"]'}
]


def report(sandbox: Sandbox, token: str = "a" * 40, **changes: Any) -> Mapping[str, Any]:
    """A daily campaign report of September; lists and objects become JSON, None drops."""
    parameters: dict[str, Any] = {
        "advertiser_id": ADVERTISER,
        "report_type": "BASIC",
        "data_level": "AUCTION_CAMPAIGN",
        "dimensions": ["campaign_id", "stat_time_day"],
        "metrics": ["spend"],
        "start_date": "2026-09-01",
        "end_date": "2026-09-30",
        **changes,
    }
    query = {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in parameters.items()
        if value is not None
    }
    return ask(sandbox, REPORT, query=query, token=token)


def lines(data: Mapping[str, Any], metric: str = "spend") -> list[tuple[str, ...]]:
    """The dimensions of each row and one of its metrics."""
    return [(*row["dimensions"].values(), row["metrics"][metric]) for row in data["list"]]


REFUSED = [
    pytest.param({"report_type": None}, "Missing required field(s): report_type.", id="no type"),
    pytest.param({"data_level": None}, "Missing required field(s): data_level.", id="no level"),
    pytest.param({"dimensions": None}, "Missing required field(s): dimensions.", id="no dims"),
    pytest.param(
        {"advertiser_id": None}, "Missing required field(s): advertiser_id.", id="no advertiser"
    ),
    pytest.param(
        {"dimensions": "campaign_id"},
        "Invalid value for dimensions: not an array of strings in JSON.",
        id="dimensions not JSON",
    ),
    pytest.param(
        {"dimensions": ["adgroup_id"]},
        "Invalid dimensions: data_level AUCTION_CAMPAIGN needs campaign_id once.",
        id="id of another level",
    ),
    pytest.param(
        {"dimensions": ["campaign_id", "campaign_id"]},
        "Invalid dimensions: data_level AUCTION_CAMPAIGN needs campaign_id once.",
        id="an id twice",
    ),
    pytest.param(
        {"dimensions": ["campaign_id", "stat_time_hour"]},
        "Invalid dimensions: beside campaign_id only stat_time_day and country_code are allowed, "
        "got ['stat_time_hour'].",
        id="by hour",
    ),
    pytest.param(
        {"metrics": ["spend", "video_views"]},
        "Invalid metric fields: ['video_views']",
        id="an unknown metric",
    ),
    pytest.param(
        {"metrics": ["total_complete_payment"]},
        "Invalid metric fields: ['total_complete_payment']",
        id="a metric of other blogs",
    ),
    pytest.param(
        {"start_date": None, "end_date": None},
        "Missing required field(s): start_date, end_date.",
        id="no dates",
    ),
    pytest.param(
        {"start_date": "20260901"},
        "Invalid value for start_date: must be YYYY-MM-DD.",
        id="a date in another form",
    ),
    pytest.param(
        {"start_date": "yesterday"},
        "Invalid value for start_date: must be YYYY-MM-DD.",
        id="no date at all",
    ),
    pytest.param(
        {"advertiser_ids": [ADVERTISER] * 6},
        "advertiser_ids: Length must be between 1 and 5.",
        id="six advertisers",
    ),
    pytest.param(
        {"dimensions": ["campaign_id", "country_code"], "enable_total_metrics": "true"},
        "enable_total_metrics needs a single ID dimension.",
        id="totals by country",
    ),
    pytest.param(
        {"enable_total_metrics": "perhaps"},
        "Invalid value for enable_total_metrics: not a valid boolean.",
        id="totals perhaps",
    ),
    pytest.param(
        {"filtering": [{"filter_type": "IN", "filter_value": "[]"}]},
        "Missing required field(s): filtering.field_name, filter_type.",
        id="a filter of nothing",
    ),
    pytest.param(
        {"filtering": [{"field_name": "ad_ids", "filter_type": "IN", "filter_value": "17"}]},
        "Invalid value for filter_value of ad_ids: must be the JSON text of an array.",
        id="a filter value that is no array",
    ),
    pytest.param(
        {"start_date": "2026-10-01"},
        "start_date must not be later than end_date.",
        id="dates swapped",
    ),
    pytest.param(
        {"start_date": "2026-08-31"},
        "max time span is 30 days when use stat_time_day",
        id="31 days by day",
    ),
    pytest.param(
        {"dimensions": ["campaign_id"], "start_date": "2025-09-30"},
        "max time span must be less than 365 days",
        id="366 days",
    ),
    pytest.param(
        {"query_lifetime": "true"},
        "query_lifetime does not go with a time or country dimension.",
        id="lifetime by day",
    ),
    pytest.param(
        {"page_size": "1001"},
        "Invalid value for page_size: must be between 1 and 1000.",
        id="too large a page",
    ),
    pytest.param({"page": "0"}, "Invalid value for page: must be at least 1.", id="page 0"),
    pytest.param({"page": "-1"}, "Invalid value for page: not a valid integer.", id="page -1"),
    pytest.param(
        {"order_type": "UP"},
        "Invalid value for order_type: must be one of ['ASC', 'DESC'].",
        id="an unknown order",
    ),
    pytest.param(
        {"order_field": "campaign_name"},
        "Invalid value for order_field: campaign_name is not a numeric metric.",
        id="order by name",
    ),
    pytest.param(
        {"report_type": "AUDIENCE"},
        "The sandbox answers report_type BASIC only.",
        id="another report",
    ),
    pytest.param(
        {"filtering": {"field_name": "campaign_status"}},
        "Invalid value for filtering: not an array of objects in JSON.",
        id="filtering an object",
    ),
    pytest.param(
        {
            "filtering": [
                {
                    "field_name": "campaign_status",
                    "filter_type": "IN",
                    "filter_value": ["STATUS_ALL"],
                }
            ]
        },
        "Invalid value for filter_value of campaign_status: must be a string.",
        id="a filter value that is no string",
    ),
    pytest.param(
        {
            "filtering": [
                {"field_name": "ad_status", "filter_type": "IN", "filter_value": '["STATUS_ALL"]'}
            ]
        },
        "Invalid filtering: ad_status with IN at AUCTION_CAMPAIGN.",
        id="a filter of a lower level",
    ),
    pytest.param(
        {"filtering": [{"field_name": "spend", "filter_type": "LIKE", "filter_value": "1"}]},
        "Invalid value for filter_type: LIKE.",
        id="an unknown filter type",
    ),
    pytest.param(
        {"filtering": [{"field_name": "spend", "filter_type": "BETWEEN", "filter_value": "[1]"}]},
        "Invalid value for filter_value of spend: must hold two numbers.",
        id="between one number",
    ),
    pytest.param(
        {"filtering": [{"field_name": "spend", "filter_type": "LOWER_THAN", "filter_value": "x"}]},
        "Invalid value for filter_value of spend: must be a number.",
        id="lower than a letter",
    ),
]


@pytest.mark.parametrize(("changes", "message"), REFUSED)
def test_each_bad_parameter_is_refused(changes: dict[str, Any], message: str) -> None:
    """All of them are parameter errors, with a message that names the parameter."""
    sandbox = make_sandbox()

    assert error_of(lambda: report(sandbox, **changes)) == (40002, message)


@pytest.mark.parametrize(
    ("changes", "code", "message"),
    [
        pytest.param(
            {"advertiser_id": FOREIGN_ADVERTISER},
            40001,
            f"No permission to operate advertiser: {FOREIGN_ADVERTISER}",
            id="another's advertiser",
        ),
        pytest.param(
            {"advertiser_id": "999"},
            40001,
            "The advertiser 999 doesn't exist or has been deleted.",
            id="no such advertiser",
        ),
        pytest.param(
            {"token": ""},
            40104,
            "Access token is null, you should set it in http header with key Access-Token.",
            id="no token",
        ),
        pytest.param(
            {"token": "b" * 40},
            40105,
            "Access token is incorrect or has been revoked.",
            id="unknown token",
        ),
        pytest.param(
            {"token": EVENTS_TOKEN},
            40001,
            f"No permission: this access token can not be used for {REPORT}",
            id="an Events API token",
        ),
    ],
)
def test_reports_need_a_token_that_reaches_the_advertiser(
    changes: dict[str, Any], code: int, message: str
) -> None:
    """The token is looked at before the parameters."""
    sandbox = make_sandbox()

    assert error_of(lambda: report(sandbox, **changes)) == (code, message)


def test_an_empty_report_has_no_page() -> None:
    """With a day as dimension, no delivery means no row, and no page at all."""
    assert report(make_sandbox()) == {
        "list": [],
        "page_info": {"page": 1, "page_size": 10, "total_number": 0, "total_page": 0},
    }


def test_a_row_is_one_campaign_on_one_day() -> None:
    """Ads of one campaign are added up; the day is written without a zone."""
    second_ad = Ad(ad_id="ad1b", adgroup_id="g1", ad_name="Other")
    sandbox = make_sandbox(
        make_row("ad1", spend="1.10"),
        make_row("ad1b", spend="2.20"),
        make_row("ad2", spend="4"),
        make_row("ad1", date(2026, 9, 19), spend="8"),
        ads=[second_ad],
    )

    assert lines(report(sandbox)) == [
        ("c1", "2026-09-19 00:00:00", "8.00"),
        ("c1", "2026-09-20 00:00:00", "3.30"),
        ("c2", "2026-09-20 00:00:00", "4.00"),
    ]


@pytest.mark.parametrize(
    ("level", "field", "ids"),
    [
        ("AUCTION_ADVERTISER", "advertiser_id", [ADVERTISER]),
        ("AUCTION_CAMPAIGN", "campaign_id", ["c1", "c2"]),
        ("AUCTION_ADGROUP", "adgroup_id", ["g1", "g2"]),
        ("AUCTION_AD", "ad_id", ["ad1", "ad2"]),
    ],
)
def test_without_a_day_every_object_has_a_row(level: str, field: str, ids: list[str]) -> None:
    """Objects without delivery are there with zeros, at each of the four levels."""
    sandbox = make_sandbox(make_row("ad1", spend=5))

    data = report(sandbox, data_level=level, dimensions=[field])

    assert lines(data) == [(ids[0], "5.00"), *((other, "0.00") for other in ids[1:])]


def test_every_value_is_a_string_in_tiktoks_form() -> None:
    """Amounts have two decimals, costs per result three, counts none, percents are 0 to 100."""
    sandbox = make_sandbox(
        make_row(
            spend="51.2",
            impressions=14311,
            clicks=171,
            conversion=4,
            complete_payment=4,
            total_complete_payment_rate=90,
            real_time_conversion=3,
        )
    )
    expected = {
        "campaign_name": "Alpha",
        "currency": "EUR",
        "spend": "51.20",
        "impressions": "14311",
        "clicks": "171",
        "cpc": "0.30",
        "cpm": "3.58",
        "ctr": "1.19",
        "conversion": "4",
        "cost_per_conversion": "12.800",
        "real_time_conversion": "3",
        "complete_payment": "4",
        "value_per_complete_payment": "22.500",
        "total_complete_payment_rate": "90.00",
        "complete_payment_roas": "1.76",
    }

    data = report(sandbox, metrics=list(expected))

    assert data["list"][0]["metrics"] == expected


def test_what_does_not_apply_is_a_dash() -> None:
    """Attributes of a lower level, metrics that nobody has, and rows that say so."""
    sandbox = make_sandbox(make_row(spend=1, conversion=None))
    metrics = ["adgroup_name", "skan_conversion", "conversion", "cost_per_conversion"]

    data = report(sandbox, metrics=metrics)

    assert data["list"][0]["metrics"] == dict.fromkeys(metrics, "-")


def test_a_ratio_over_nothing_is_zero() -> None:
    """Without clicks, the cost per click is written as zero."""
    data = report(make_sandbox(make_row(spend=1)), metrics=["cpc", "cost_per_conversion"])

    assert data["list"][0]["metrics"] == {"cpc": "0.00", "cost_per_conversion": "0.000"}


def test_app_metrics_are_zero_on_web_campaigns() -> None:
    """The trap of the app metrics: they exist and read 0, whatever the pixel counted."""
    sandbox = make_sandbox(make_row(complete_payment=3))

    data = report(sandbox, metrics=["total_purchase", "complete_payment"])

    assert data["list"][0]["metrics"] == {"total_purchase": "0", "complete_payment": "3"}


def test_spend_and_impressions_are_the_metrics_unless_named() -> None:
    """TikTok's default."""
    data = report(make_sandbox(make_row(spend=1, impressions=2)), metrics=None)

    assert data["list"][0]["metrics"] == {"spend": "1.00", "impressions": "2"}


def test_reach_is_not_added_up() -> None:
    """People reached on two days are not twice as many people."""
    sandbox = make_sandbox(
        make_row(day=date(2026, 9, 19), reach=100, impressions=150),
        make_row(day=date(2026, 9, 20), reach=80, impressions=90),
    )

    data = report(sandbox, dimensions=["campaign_id"], metrics=["reach", "frequency"])

    assert data["list"][0]["metrics"] == {"reach": "100", "frequency": "2.40"}


@pytest.mark.parametrize(
    ("dimensions", "expected"),
    [
        (
            ["campaign_id", "country_code"],
            [("c1", "-", "4.00"), ("c1", "DE", "2.00"), ("c1", "FR", "1.00")],
        ),
        (
            ["campaign_id", "stat_time_day", "country_code"],
            [
                ("c1", "2026-09-20 00:00:00", "-", "4.00"),
                ("c1", "2026-09-20 00:00:00", "DE", "2.00"),
                ("c1", "2026-09-20 00:00:00", "FR", "1.00"),
            ],
        ),
        (["campaign_id", "stat_time_day"], [("c1", "2026-09-20 00:00:00", "7.00")]),
    ],
)
def test_rows_split_by_country(dimensions: list[str], expected: list[tuple[str, ...]]) -> None:
    """The country splits rows that have one; without the dimension they are added up."""
    sandbox = make_sandbox(
        make_row(country_code="FR", spend=1),
        make_row(country_code="DE", spend=2),
        make_row(spend=4),
    )

    assert lines(report(sandbox, dimensions=dimensions)) == expected


@pytest.mark.parametrize(
    ("level", "field", "flag"),
    [
        ("AUCTION_CAMPAIGN", "campaign_id", "campaign_status"),
        ("AUCTION_ADGROUP", "adgroup_id", "adgroup_status"),
        ("AUCTION_AD", "ad_id", "ad_status"),
    ],
)
def test_deleted_objects_vanish_from_history_unless_asked_for(
    level: str, field: str, flag: str
) -> None:
    """Deleting a campaign hides it and what is below it; STATUS_ALL brings both back."""
    deleted = Campaign(
        campaign_id="c1", advertiser_id=ADVERTISER, campaign_name="Alpha", is_deleted=True
    )
    sandbox = make_sandbox(make_row("ad1", spend=1), make_row("ad2", spend=2), campaigns=[deleted])
    everything = [{"field_name": flag, "filter_type": "IN", "filter_value": '["STATUS_ALL"]'}]
    dimensions: dict[str, Any] = {"data_level": level, "dimensions": [field, "stat_time_day"]}

    usual = report(sandbox, **dimensions)
    complete = report(sandbox, **dimensions, filtering=everything)

    assert [line[-1] for line in lines(usual)] == ["2.00"]
    assert [line[-1] for line in lines(complete)] == ["1.00", "2.00"]


def test_deleted_ads_still_count_for_their_campaign() -> None:
    """The hidden filter works at the level of the report only."""
    deleted = Ad(ad_id="ad1", adgroup_id="g1", ad_name="First", is_deleted=True)
    sandbox = make_sandbox(make_row("ad1", spend=1), ads=[deleted])

    assert lines(report(sandbox)) == [("c1", "2026-09-20 00:00:00", "1.00")]


@pytest.mark.parametrize(
    ("name", "kind", "value", "ids"),
    [
        ("campaign_ids", "IN", '["c2"]', ["c2"]),
        ("campaign_name", "MATCH", "alp", ["c1"]),
        ("campaign_status", "IN", '["STATUS_DISABLE"]', ["c2"]),
        ("campaign_status", "IN", '["STATUS_DELETE"]', []),
        ("spend", "GREATER_EQUAL", "10", ["c2"]),
        ("spend", "GREATER_THAN", "10", []),
        ("spend", "LOWER_EQUAL", "5", ["c1"]),
        ("spend", "LOWER_THAN", "5", []),
        ("clicks", "BETWEEN", "[1, 2]", ["c1", "c2"]),
        ("skan_conversion", "LOWER_THAN", "5", []),
    ],
)
def test_filters_choose_rows(name: str, kind: str, value: str, ids: list[str]) -> None:
    """Ids, names, statuses and metrics filter, bounds as their names say."""
    disabled = Campaign(
        campaign_id="c2", advertiser_id=ADVERTISER, campaign_name="Beta", operation_status="DISABLE"
    )
    sandbox = make_sandbox(
        make_row("ad1", spend=5, clicks=1),
        make_row("ad2", spend=10, clicks=2),
        campaigns=[disabled],
    )
    filtering = [{"field_name": name, "filter_type": kind, "filter_value": value}]

    assert [line[0] for line in lines(report(sandbox, filtering=filtering))] == ids


@pytest.mark.parametrize(
    ("changes", "days"),
    [
        ({}, [18, 19, 20]),
        ({"order_field": "spend"}, [19, 18, 20]),
        ({"order_field": "spend", "order_type": "ASC"}, [20, 18, 19]),
    ],
)
def test_rows_come_in_the_order_asked_for(changes: dict[str, Any], days: list[int]) -> None:
    """By a metric, the largest first unless told otherwise; without one, by id and day."""
    spends = {18: 2, 19: 3, 20: 1}
    rows = [make_row(day=date(2026, 9, day), spend=spend) for day, spend in spends.items()]

    listed = lines(report(make_sandbox(*rows), **changes))

    assert [int(day[8:10]) for _, day, _ in listed] == days


def test_totals_cover_all_pages_and_come_with_the_first() -> None:
    """Attributes have no total."""
    sandbox = make_sandbox(make_row("ad1", spend=1), make_row("ad2", spend=2))
    asked: dict[str, Any] = {
        "enable_total_metrics": "true",
        "page_size": "1",
        "metrics": ["spend", "currency"],
    }

    first, second = report(sandbox, **asked), report(sandbox, **asked, page="2")

    assert first["total_metrics"] == {"spend": "3.00", "currency": "-"}
    assert "total_metrics" not in second


def test_several_advertisers_say_which_and_drop_decimals_of_money() -> None:
    """``advertiser_ids`` adds currency, zone and advertiser to each row."""
    sandbox = make_sandbox(make_row(spend="1.6", clicks=3))

    data = report(
        sandbox, advertiser_id=None, advertiser_ids=[ADVERTISER], metrics=["spend", "clicks"]
    )

    assert data["list"][0]["metrics"] == {
        "spend": "2",
        "clicks": "3",
        "currency": "EUR",
        "timezone": "Etc/GMT-1",
        "advertiser_id": ADVERTISER,
    }


def test_lifetime_ignores_the_dates() -> None:
    """Rows of any age are added up."""
    sandbox = make_sandbox(make_row(day=date(2024, 1, 1), spend=1), make_row(spend=2))

    data = report(
        sandbox, dimensions=["campaign_id"], query_lifetime="true", start_date=None, end_date=None
    )

    assert lines(data)[0] == ("c1", "3.00")


@pytest.mark.parametrize(
    ("minutes", "spend"),
    [(-1, "1.00"), (0, "2.00"), (59, "2.00"), (60, "3.00")],
)
def test_days_are_restated_as_time_goes_on(minutes: int, spend: str) -> None:
    """Of the versions of a row, the one that became visible last is shown."""
    sandbox = make_sandbox(
        make_row(spend=1),
        make_row(spend=3, visible_from=NOW + timedelta(hours=1)),
        make_row(spend=2, visible_from=NOW),
        now=NOW + timedelta(minutes=minutes),
    )

    assert lines(report(sandbox))[0][-1] == spend


def test_of_equal_versions_the_last_added_wins() -> None:
    """Restating twice in one instant shows the second."""
    sandbox = make_sandbox(make_row(spend=1, visible_from=NOW), make_row(spend=2, visible_from=NOW))

    assert lines(report(sandbox))[0][-1] == "2.00"


@pytest.mark.parametrize(
    ("now", "is_shown"),
    [
        (datetime(2026, 9, 20, 21, 59, tzinfo=UTC), False),
        (datetime(2026, 9, 20, 22, 0, tzinfo=UTC), True),
    ],
)
def test_a_day_begins_where_the_advertiser_is(now: datetime, *, is_shown: bool) -> None:
    """In Paris, 21 September begins at 22:00 UTC; before that it has no numbers."""
    sandbox = make_sandbox(make_row(day=date(2026, 9, 21), spend=1), now=now)

    assert bool(report(sandbox)["list"]) is is_shown


def test_the_limits_of_the_span_are_allowed() -> None:
    """Thirty days by day, and 365 in all, both ends included."""
    sandbox = make_sandbox()

    report(sandbox, start_date="2026-09-01", end_date="2026-09-30")
    report(sandbox, dimensions=["campaign_id"], start_date="2025-10-01", end_date="2026-09-30")


@given(
    rows=st.sets(st.tuples(st.sampled_from(["ad1", "ad2"]), st.integers(1, 21)), max_size=30),
    page_size=st.integers(1, 12),
    by_spend=st.booleans(),
)
def test_pages_show_every_row_exactly_once(
    rows: set[tuple[str, int]], page_size: int, *, by_spend: bool
) -> None:
    """Whatever the size of a page and the order, nothing is missed or repeated."""
    sandbox = make_sandbox(
        *(make_row(ad_id, date(2026, 9, day), spend=day % 3) for ad_id, day in rows)
    )
    order = {"order_field": "spend"} if by_spend else {}
    first = report(sandbox, page_size=str(page_size), **order)
    pages = [
        report(sandbox, page=str(number), page_size=str(page_size), **order)
        for number in range(1, first["page_info"]["total_page"] + 1)
    ]

    listed = [line[:2] for page in pages for line in lines(page)]

    assert first["page_info"]["total_number"] == len(rows) == len(listed)
    assert len(set(listed)) == len(listed)
    assert all(len(page["list"]) <= page_size for page in pages)


@given(
    st.dictionaries(st.sampled_from(sorted(OFFICIAL_METRICS)), st.none() | st.integers(0, 10**9))
)
def test_every_official_metric_can_be_written(numbers: dict[str, int | None]) -> None:
    """No combination of values makes a metric fail, and each is a number or a dash."""
    totals = {name: None if value is None else Decimal(value) for name, value in numbers.items()}

    for name in OFFICIAL_METRICS:
        text = written(name, value_of(name, totals))
        assert text == "-" or Decimal(text) >= 0


def test_the_list_of_metrics_is_the_official_one() -> None:
    """The misnamed value of website purchases is in it, the invented names are not."""
    assert len(OFFICIAL_METRICS) == 826
    assert "total_complete_payment_rate" in OFFICIAL_METRICS
    assert OFFICIAL_METRICS.isdisjoint({"total_complete_payment", "complete_payment_value"})


def test_status_all_is_understood_in_the_documented_form() -> None:
    """The form that connectors send: JSON text of an array within a string."""
    assert report(make_sandbox(make_row(spend=1)), filtering=STATUS_ALL)["list"]


def test_rows_of_other_advertisers_stay_theirs() -> None:
    """A report never shows what belongs to an advertiser that was not asked about."""
    foreign = Campaign(campaign_id="c9", advertiser_id=FOREIGN_ADVERTISER, campaign_name="Theirs")
    sandbox = make_sandbox(make_row("ad1", spend=1), campaigns=[foreign])

    data = report(sandbox, dimensions=["campaign_id"])

    assert [row[0] for row in lines(data)] == ["c1", "c2"]


def test_a_row_needs_a_zone_for_its_instant() -> None:
    """An instant without a zone could be any of 24 hours."""
    with pytest.raises(ValueError, match="visible_from needs a time zone"):
        ReportRow(ad_id="ad1", day=date(2026, 9, 1), metrics={}, visible_from=datetime(2026, 9, 1))  # noqa: DTZ001
