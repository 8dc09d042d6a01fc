"""What a right report must show: figures worked by hand for small worlds."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from appsprint.domain.app import Platform
from appsprint.entrypoints.demo.expected import expected_report
from tests.unit.demo.builders import (
    IOS_CAMPAIGN,
    NOON,
    STORE_CAMPAIGN,
    make_ad_day,
    make_click,
    make_event,
    make_install,
    make_person,
    make_session,
    world_of,
)


def rate(from_currency: str, to_currency: str, on: date) -> Decimal:
    """A dollar was 0.80 euros until the 17th, and 0.90 from the 18th on."""
    assert to_currency == "EUR"
    if from_currency == "EUR":
        return Decimal(1)
    return Decimal("0.8") if on < date(2026, 3, 18) else Decimal("0.9")


def test_a_row_has_the_twelve_metrics() -> None:
    """Each by its definition on the product page."""
    person = make_person(
        clicks=(make_click(),),
        install=make_install(),
        sessions=(make_session(make_event(revenue="25.00")),),
    )
    world = world_of(person, costs=(make_ad_day(IOS_CAMPAIGN),))

    row = expected_report(world, Platform.IOS, rate).rows[IOS_CAMPAIGN.campaign_id]

    assert row == {
        "spend": Decimal("10.00"),
        "installs": 1,
        "cpi": Decimal("10.000000"),
        "ipm": Decimal("0.500000"),
        "impressions": 2000,
        "cpm": Decimal("5.000000"),
        "clicks": 40,
        "cpc": Decimal("0.250000"),
        "ctr": Decimal("0.020000"),
        "cti": Decimal("0.025000"),
        "roas": Decimal("2.500000"),
        "revenue": Decimal("25.000000"),
        "attributed_installs": 1,
        "attributed_revenue": Decimal("25.000000"),
        "reported_conversions": 0,
        "reported_revenue": Decimal("0.00"),
        "installs_source": "attributed",
        "revenue_source": "attributed",
    }


def test_revenue_is_converted_at_the_rate_of_its_local_day() -> None:
    """23:30 UTC is the next day in Paris; a refund counts on its own day."""
    late = NOON.replace(hour=23, minute=30)
    events = (
        make_event(at=NOON, revenue="10.00", currency="USD"),
        make_event(at=late, revenue="10.00", currency="USD"),
        make_event(at=late, revenue="-1.00", currency="USD"),
    )
    person = make_person(
        clicks=(make_click(),), install=make_install(), sessions=(make_session(*events, at=late),)
    )

    row = expected_report(world_of(person), Platform.IOS, rate).rows[IOS_CAMPAIGN.campaign_id]

    assert row["revenue"] == Decimal("8.00") + Decimal("8.10")


def test_a_clock_that_is_ahead_is_not_believed() -> None:
    """An event counts no later than it arrived."""
    event = make_event(at=NOON + timedelta(days=1), revenue="10.00", currency="USD")
    person = make_person(
        clicks=(make_click(),), install=make_install(), sessions=(make_session(event, at=NOON),)
    )

    row = expected_report(world_of(person), Platform.IOS, rate).rows[IOS_CAMPAIGN.campaign_id]

    assert row["revenue"] == Decimal("8.00")


def test_tiktoks_figures_stand_in_where_we_have_none() -> None:
    """For installs and revenue apart, with the source beside them."""
    person = make_person(clicks=(make_click(),), install=make_install())
    world = world_of(
        person,
        costs=(
            make_ad_day(IOS_CAMPAIGN, conversions=3, value="30.00"),
            make_ad_day(STORE_CAMPAIGN, conversions=2, value="50.00"),
        ),
    )

    report = expected_report(world, Platform.IOS, rate)

    ours = report.rows[IOS_CAMPAIGN.campaign_id]
    theirs = report.rows[STORE_CAMPAIGN.campaign_id]
    assert (ours["installs"], ours["installs_source"]) == (1, "attributed")
    assert (ours["revenue"], ours["revenue_source"]) == (Decimal("30.00"), "reported")
    assert (theirs["installs"], theirs["installs_source"]) == (2, "reported")
    assert (report.totals["installs"], report.totals["installs_source"]) == (3, "mixed")
    assert (report.totals["revenue"], report.totals["revenue_source"]) == (80, "reported")
    assert report.totals["attributed_installs"] == 1
    assert report.totals["reported_conversions"] == 5


def test_refunds_that_bring_revenue_to_zero_are_still_our_answer() -> None:
    """Nothing left is not the same as nothing known."""
    events = make_event(revenue="5.00"), make_event(revenue="-5.00")
    person = make_person(
        clicks=(make_click(),), install=make_install(), sessions=(make_session(*events),)
    )
    world = world_of(person, costs=(make_ad_day(IOS_CAMPAIGN, value="30.00"),))

    row = expected_report(world, Platform.IOS, rate).rows[IOS_CAMPAIGN.campaign_id]

    assert (row["revenue"], row["revenue_source"]) == (0, "attributed")


def test_clicks_without_macros_have_a_row_without_costs() -> None:
    """An install is credited although nobody knows the campaign."""
    click = make_click(is_expanded=False)
    world = world_of(make_person(clicks=(click,), install=make_install()))

    row = expected_report(world, Platform.IOS, rate).rows[None]

    assert (row["installs"], row["spend"], row["cpi"], row["ctr"]) == (1, None, None, None)


def test_the_other_app_has_a_report_of_its_own() -> None:
    """Neither people nor costs of one platform show in the other's report."""
    person = make_person(clicks=(make_click(),), install=make_install())
    world = world_of(person, costs=(make_ad_day(IOS_CAMPAIGN),))

    report = expected_report(world, Platform.ANDROID, rate)

    assert report.rows == {}
    assert (report.totals["installs"], report.totals["spend"]) == (0, None)
    assert report.totals["installs_source"] == "attributed"
