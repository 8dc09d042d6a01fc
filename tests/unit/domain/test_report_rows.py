"""How sums of facts become rows."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appsprint.domain.cost import AdEntity, AdLevel
from appsprint.domain.metrics import FigureSource, totals_of
from appsprint.domain.report import (
    AmountKind,
    Breakdown,
    CostSum,
    InstallSum,
    Report,
    RevenueSum,
    UnconvertedAmount,
    local_days,
)
from appsprint.domain.report_rows import ReportFacts, ReportFrame, build_report

DAY = date(2026, 3, 10)
NEXT_DAY = date(2026, 3, 11)
READ_AT = datetime(2026, 3, 12, tzinfo=UTC)
# Euros for one unit; pounds have a rate on the first day only.
RATES = {
    ("USD", DAY): Decimal("0.9"),
    ("USD", NEXT_DAY): Decimal("0.8"),
    ("GBP", DAY): Decimal("1.15"),
}


def rate_of(from_currency: str, to_currency: str, on: date) -> Decimal | None:
    """The table above; reports are in euros."""
    assert to_currency == "EUR"
    return RATES.get((from_currency, on))


def frame(by: Breakdown = Breakdown.CAMPAIGN) -> ReportFrame:
    """Two days in euros."""
    return ReportFrame(
        breakdown=by, days=local_days(DAY, NEXT_DAY, UTC), currency="EUR", time_zone="UTC"
    )


def report_of(facts: ReportFacts, by: Breakdown = Breakdown.CAMPAIGN) -> Report:
    """The report on these facts."""
    return build_report(frame(by), facts, rate_of)


def cost(value: str | None, *, day_on: date = DAY, spend: str | None = "10") -> CostSum:
    """A campaign's spend on one day, and nothing else known."""
    return CostSum(
        value=value,
        day_on=day_on,
        as_of=READ_AT,
        spend_micros=None if spend is None else int(Decimal(spend) * 1_000_000),
        impressions=None,
        clicks=None,
        reported_installs=None,
        reported_revenue_micros=None,
    )


def installs(value: str | None, number: int = 1, *, name: str | None = None) -> InstallSum:
    """Credited installs on the first day."""
    return InstallSum(value=value, name=name, day_on=DAY, installs=number)


def revenue(
    amount: str, currency: str | None = "EUR", *, value: str | None = "c1", day_on: date = DAY
) -> RevenueSum:
    """One event's revenue."""
    micros = int(Decimal(amount) * 1_000_000)
    return RevenueSum(
        value=value, day_on=day_on, currency=currency, revenue_micros=micros, events=1
    )


def campaign(entity_id: str, name: str) -> AdEntity:
    """A campaign as the network names it."""
    return AdEntity(level=AdLevel.CAMPAIGN, id=entity_id, name=name, campaign_id=entity_id)


def test_a_row_for_every_campaign_that_has_anything() -> None:
    """Costs alone, installs alone or revenue alone are enough."""
    report = report_of(
        ReportFacts(
            costs=[cost("c1")], installs=[installs("c2")], revenue=[revenue("1", value="c3")]
        )
    )

    assert {row.identity["campaign_id"] for row in report.items} == {"c1", "c2", "c3"}


def test_rows_stand_by_spend_then_installs() -> None:
    """The dearest first; a campaign whose spend is unknown comes after one that spent nothing."""
    report = report_of(
        ReportFacts(
            costs=[cost("free", spend="0"), cost("dear", spend="9"), cost("dim", spend=None)],
            installs=[installs("few", 1), installs("many", 5)],
        )
    )

    ids = [row.identity["campaign_id"] for row in report.items]
    assert ids == ["dear", "free", "many", "few", "dim"]


def test_every_day_of_the_window_has_a_row() -> None:
    """Also days on which nothing happened, in order of time."""
    report = report_of(ReportFacts(costs=[cost(None, day_on=NEXT_DAY)]), Breakdown.DAY)

    assert [row.identity for row in report.items] == [
        {"date": "2026-03-10"},
        {"date": "2026-03-11"},
    ]
    assert [row.metrics.spend for row in report.items] == [None, Decimal(10)]


def test_the_networks_name_comes_before_the_clicks() -> None:
    """Names of campaigns: as TikTok has them now, else as a click carried them."""
    report = report_of(
        ReportFacts(
            installs=[installs("c1", name="Old name"), installs("c2", name="Carried")],
            entities=[campaign("c1", "New name"), campaign("c9", "Not in the report")],
        )
    )

    assert {row.identity["campaign_id"]: row.identity["campaign_name"] for row in report.items} == {
        "c1": "New name",
        "c2": "Carried",
    }


def test_unknown_campaigns_are_shown_as_such() -> None:
    """No id: one row without one. An id that nobody knows: its own row, also unknown."""
    report = report_of(ReportFacts(installs=[installs(None, name="Stray"), installs("c7")]))

    assert [dict(row.identity) for row in report.items] == [
        {"campaign_id": None, "campaign_name": "Unknown campaign"},
        {"campaign_id": "c7", "campaign_name": "Unknown campaign"},
    ]


@pytest.mark.parametrize(
    ("by", "known", "unknown"),
    [
        pytest.param(
            Breakdown.ADGROUP,
            {"adgroup_id": "1", "adgroup_name": "Known", "campaign_id": "c"},
            {"adgroup_id": None, "adgroup_name": "Unknown ad group", "campaign_id": None},
            id="ad group",
        ),
        pytest.param(
            Breakdown.AD,
            {"ad_id": "1", "ad_name": "Known"},
            {"ad_id": None, "ad_name": "Unknown ad"},
            id="ad",
        ),
        pytest.param(Breakdown.COUNTRY, {"country": "1"}, {"country": None}, id="country"),
        pytest.param(
            Breakdown.LINK,
            {"link_id": "1", "link_name": "Known"},
            {"link_id": None, "link_name": "Unknown link"},
            id="link",
        ),
    ],
)
def test_identities(by: Breakdown, known: dict[str, str], unknown: dict[str, str | None]) -> None:
    """Each breakdown has the contract's fields, known or not."""
    entities = [
        AdEntity(level=level, id="1", name="Known", campaign_id="c")
        for level in (AdLevel.ADGROUP, AdLevel.AD)
    ]
    facts = ReportFacts(
        installs=[installs("1", 2), installs(None)], entities=entities, link_names={"1": "Known"}
    )

    assert [dict(row.identity) for row in report_of(facts, by).items] == [known, unknown]


def test_an_adgroup_that_the_network_did_not_list_has_its_clicks_campaign() -> None:
    """What the click told is better than nothing."""
    found = replace(installs("g1", name="Carried"), campaign_id="c1")

    (row,) = report_of(ReportFacts(installs=[found]), Breakdown.ADGROUP).items

    assert dict(row.identity) == {
        "adgroup_id": "g1",
        "adgroup_name": "Carried",
        "campaign_id": "c1",
    }


def test_leaving_out_every_install_brings_no_number_of_the_network() -> None:
    """The network counts the tagged ones too; a row that never had ours still shows its."""
    report = report_of(
        ReportFacts(
            costs=[replace(cost(one), reported_installs=9) for one in ("c1", "c2")],
            before_leaving=[installs("c1", 3), revenue("5"), installs("c3")],
        )
    )

    shown = {row.identity["campaign_id"]: row.metrics for row in report.items}
    assert shown["c1"].installs == 0
    assert shown["c1"].revenue == 0
    assert shown["c1"].installs_source is FigureSource.ATTRIBUTED
    assert shown["c2"].installs == 9
    assert set(shown) == {"c1", "c2"}


def test_revenue_is_converted_at_the_rate_of_its_day() -> None:
    """10 dollars are 9 euros on the first day and 8 on the second; 3 euros stay."""
    report = report_of(
        ReportFacts(
            revenue=[
                revenue("10", "USD"),
                revenue("10", "USD", day_on=NEXT_DAY),
                revenue("3", "EUR"),
            ]
        )
    )

    assert report.items[0].metrics.revenue == Decimal(9) + Decimal(8) + Decimal(3)
    assert report.unconverted == ()


def test_revenue_without_a_rate_is_listed() -> None:
    """It counts as attributed, so TikTok's value does not stand in, and adds no amount."""
    reported = replace(cost("c1"), reported_revenue_micros=50_000_000)
    report = report_of(
        ReportFacts(
            costs=[reported],
            revenue=[
                revenue("7", "GBP", day_on=NEXT_DAY),
                revenue("-2", "GBP", day_on=NEXT_DAY),
                revenue("4", None),
            ],
        )
    )

    assert report.items[0].metrics.revenue == 0
    assert report.items[0].metrics.revenue_source == "attributed"
    assert report.unconverted == (
        UnconvertedAmount(kind=AmountKind.REVENUE, currency=None, amount=Decimal(4), events=1),
        UnconvertedAmount(kind=AmountKind.REVENUE, currency="GBP", amount=Decimal(5), events=2),
    )


def test_spend_of_an_earlier_advertiser_is_converted_too() -> None:
    """10 dollars are 9 euros; spend without a rate is not known, and listed."""
    dollars = replace(cost("c1"), currency="USD", reported_revenue_micros=1_000_000)
    yen = replace(cost("c2"), currency="JPY")
    report = report_of(ReportFacts(costs=[dollars, yen]))

    assert [row.metrics.spend for row in report.items] == [Decimal(9), None]
    assert report.items[0].metrics.reported_revenue == Decimal("0.9")
    assert report.unconverted == (
        UnconvertedAmount(kind=AmountKind.SPEND, currency="JPY", amount=Decimal(10), events=0),
    )


@pytest.mark.parametrize(
    ("costs", "synced_at", "as_of"),
    [
        pytest.param([], None, None, id="never imported"),
        pytest.param([cost("c1")], None, READ_AT, id="the newest row"),
        pytest.param(
            [cost("c1")],
            READ_AT + timedelta(hours=1),
            READ_AT + timedelta(hours=1),
            id="a later import that found nothing new",
        ),
    ],
)
def test_as_of(costs: list[CostSum], synced_at: datetime | None, as_of: datetime | None) -> None:
    """When TikTok's numbers were last known to be so."""
    assert report_of(ReportFacts(costs=costs, synced_at=synced_at)).as_of == as_of


values = st.sampled_from([None, "c1", "c2", "c3"])
days = st.sampled_from([DAY, NEXT_DAY])
micros = st.integers(-(10**13), 10**13)
counts = st.none() | st.integers(0, 10**6)
facts_of_any_kind = st.builds(
    ReportFacts,
    installs=st.lists(
        st.builds(
            InstallSum,
            value=values,
            name=st.sampled_from([None, "A", "B"]),
            day_on=days,
            installs=st.integers(1, 99),
        ),
        max_size=6,
    ),
    revenue=st.lists(
        st.builds(
            RevenueSum,
            value=values,
            day_on=days,
            currency=st.sampled_from([None, "EUR", "USD", "GBP", "XXX"]),
            revenue_micros=micros,
            events=st.integers(1, 99),
        ),
        max_size=6,
    ),
    costs=st.lists(
        st.builds(
            CostSum,
            value=values,
            day_on=days,
            currency=st.sampled_from([None, "EUR", "USD", "GBP"]),
            as_of=st.just(READ_AT),
            spend_micros=st.none() | micros,
            impressions=counts,
            clicks=counts,
            reported_installs=counts,
            reported_revenue_micros=st.none() | micros,
        ),
        max_size=6,
    ),
)


@given(facts_of_any_kind, st.sampled_from(Breakdown), st.randoms(use_true_random=False))
def test_the_order_of_facts_never_matters(
    facts: ReportFacts, by: Breakdown, rng: random.Random
) -> None:
    """Any permutation gives the same report, to the last digit."""
    other = replace(
        facts,
        installs=rng.sample(facts.installs, len(facts.installs)),
        revenue=rng.sample(facts.revenue, len(facts.revenue)),
        costs=rng.sample(facts.costs, len(facts.costs)),
    )

    assert report_of(other, by) == report_of(facts, by)


@given(facts_of_any_kind, st.sampled_from(Breakdown))
def test_nothing_is_lost_between_facts_and_totals(facts: ReportFacts, by: Breakdown) -> None:
    """Attributed installs in the totals are those of the facts; totals are those of the rows."""
    report = report_of(facts, by)

    assert report.totals == totals_of([row.metrics for row in report.items])
    assert report.totals.attributed_installs == sum(found.installs for found in facts.installs)
    left = sum(found.events for found in report.unconverted)
    without_rate = [
        found.events
        for found in facts.revenue
        if found.currency != "EUR" and (found.currency, found.day_on) not in RATES
    ]
    assert left == sum(without_rate)


@given(facts_of_any_kind)
def test_rows_are_unique(facts: ReportFacts) -> None:
    """One row for each value of the breakdown."""
    ids = [row.identity["campaign_id"] for row in report_of(facts).items]

    assert len(ids) == len(set(ids))


@given(facts_of_any_kind, st.sampled_from(Breakdown))
def test_amounts_are_whole_millionths(facts: ReportFacts, by: Breakdown) -> None:
    """What a row shows needs no rounding, so that totals are the sums of what people see."""
    for row in report_of(facts, by).items:
        for amount in (row.metrics.spend, row.metrics.revenue, row.metrics.reported_revenue):
            assert amount is None or amount == amount.quantize(Decimal("0.000001"))
