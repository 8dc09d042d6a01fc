"""The twelve metrics: definitions, fallbacks, totals."""

from __future__ import annotations

import random
from dataclasses import fields, replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appsprint.domain.metrics import Figures, FigureSource, Metrics, metrics_of, totals_of

# 51.20 spent, 14,311 impressions and 171 clicks brought 4 installs and 90.00 of revenue.
FIGURES = Figures(
    spend=Decimal("51.20"),
    impressions=14_311,
    clicks=171,
    attributed_installs=4,
    attributed_revenue=Decimal("90.00"),
    attributed_revenue_events=3,
    reported_conversions=5,
    reported_revenue=Decimal("112.50"),
)
RATIOS = ("cpi", "ipm", "cpm", "cpc", "ctr", "cti", "roas")


def rounded(value: Decimal | None) -> str | None:
    """Six places, as the contract shows ratios."""
    return None if value is None else f"{value:.6f}"


@pytest.mark.parametrize(
    ("metric", "value"),
    [
        pytest.param("cpi", "12.800000", id="51.20 / 4"),
        pytest.param("ipm", "0.279505", id="4 * 1000 / 14311"),
        pytest.param("cpm", "3.577668", id="51.20 * 1000 / 14311"),
        pytest.param("cpc", "0.299415", id="51.20 / 171"),
        pytest.param("ctr", "0.011949", id="171 / 14311"),
        pytest.param("cti", "0.023392", id="4 / 171"),
        pytest.param("roas", "1.757812", id="90.00 / 51.20"),
    ],
)
def test_definitions(metric: str, value: str) -> None:
    """Each ratio is what the product page says, worked out by hand."""
    assert rounded(getattr(metrics_of(FIGURES), metric)) == value


def test_plain_metrics_are_passed_on() -> None:
    """Spend, impressions and clicks are the network's; installs and revenue are ours."""
    shown = metrics_of(FIGURES)

    assert (shown.spend, shown.impressions, shown.clicks) == (Decimal("51.20"), 14_311, 171)
    assert (shown.installs, shown.revenue) == (4, Decimal("90.00"))
    assert (shown.attributed_installs, shown.reported_conversions) == (4, 5)
    assert (shown.attributed_revenue, shown.reported_revenue) == (
        Decimal("90.00"),
        Decimal("112.50"),
    )


@pytest.mark.parametrize(
    ("changes", "unknown"),
    [
        pytest.param({"spend": None}, {"cpi", "cpm", "cpc", "roas"}, id="spend not reported"),
        pytest.param({"spend": Decimal(0)}, {"roas"}, id="nothing spent"),
        pytest.param({"impressions": None}, {"ipm", "cpm", "ctr"}, id="impressions unknown"),
        pytest.param({"impressions": 0}, {"ipm", "cpm", "ctr"}, id="never shown"),
        pytest.param({"clicks": None}, {"cpc", "ctr", "cti"}, id="clicks unknown"),
        pytest.param({"clicks": 0}, {"cpc", "cti"}, id="never clicked"),
        pytest.param(
            {"attributed_installs": 0, "reported_conversions": 0}, {"cpi"}, id="no installs"
        ),
        pytest.param({}, set(), id="all known"),
    ],
)
def test_a_ratio_without_its_parts_is_none(
    changes: dict[str, Decimal | int | None], unknown: set[str]
) -> None:
    """A part that is unknown, or a division by zero, gives None, never 0 or infinity."""
    shown = metrics_of(replace(FIGURES, **changes))  # type: ignore[arg-type]

    assert {ratio for ratio in RATIOS if getattr(shown, ratio) is None} == unknown


@pytest.mark.parametrize(
    ("own", "reported", "shown", "source"),
    [
        pytest.param(4, 5, 4, FigureSource.ATTRIBUTED, id="ours whenever there is one"),
        pytest.param(1, 900, 1, FigureSource.ATTRIBUTED, id="ours even when far fewer"),
        pytest.param(0, 5, 5, FigureSource.REPORTED, id="no match"),
        pytest.param(0, 0, 0, FigureSource.ATTRIBUTED, id="neither"),
        pytest.param(0, None, 0, FigureSource.ATTRIBUTED, id="not reported"),
    ],
)
def test_installs_fall_back(
    own: int, reported: int | None, shown: int, source: FigureSource
) -> None:
    """TikTok's conversions stand in only where we have no install at all."""
    metrics = metrics_of(Figures(attributed_installs=own, reported_conversions=reported))

    assert (metrics.installs, metrics.installs_source) == (shown, source)


@pytest.mark.parametrize(
    ("own", "events", "reported", "shown", "source"),
    [
        pytest.param("90", 3, "112.5", "90", FigureSource.ATTRIBUTED, id="ours"),
        pytest.param("0", 2, "112.5", "0", FigureSource.ATTRIBUTED, id="refunded to zero"),
        pytest.param("-5", 1, "112.5", "-5", FigureSource.ATTRIBUTED, id="refunds only"),
        pytest.param("0", 0, "112.5", "112.5", FigureSource.REPORTED, id="no match"),
        pytest.param("0", 0, "0", "0", FigureSource.ATTRIBUTED, id="neither"),
        pytest.param("0", 0, None, "0", FigureSource.ATTRIBUTED, id="not reported"),
    ],
)
def test_revenue_falls_back(
    own: str, events: int, reported: str | None, shown: str, source: FigureSource
) -> None:
    """TikTok's value stands in only where no attributed event brought or refunded money."""
    metrics = metrics_of(
        Figures(
            attributed_revenue=Decimal(own),
            attributed_revenue_events=events,
            reported_revenue=None if reported is None else Decimal(reported),
        )
    )

    assert (metrics.revenue, metrics.revenue_source) == (Decimal(shown), source)


def test_installs_and_revenue_fall_back_apart() -> None:
    """Our installs can stand beside TikTok's value, and the other way round."""
    shown = metrics_of(replace(FIGURES, attributed_revenue_events=0))

    assert (shown.installs_source, shown.revenue_source) == (
        FigureSource.ATTRIBUTED,
        FigureSource.REPORTED,
    )


def test_ratios_follow_what_is_shown() -> None:
    """With TikTok's five conversions shown, CPI is 51.20 / 5 and ROAS 112.50 / 51.20."""
    shown = metrics_of(replace(FIGURES, attributed_installs=0, attributed_revenue_events=0))

    assert shown.cpi == Decimal("10.24")
    assert rounded(shown.roas) == "2.197266"


def test_totals_add_up_what_rows_show() -> None:
    """A fallen back row adds what it shows; ratios are of the sums."""
    fallen_back = replace(FIGURES, attributed_installs=0, attributed_revenue_events=0)
    totals = totals_of([metrics_of(FIGURES), metrics_of(fallen_back)])

    assert (totals.installs, totals.revenue) == (4 + 5, Decimal("90.00") + Decimal("112.50"))
    assert (totals.attributed_installs, totals.reported_conversions) == (4, 10)
    assert rounded(totals.cpi) == "11.377778"  # 102.40 / 9
    assert totals.installs_source is totals.revenue_source is FigureSource.MIXED


def test_totals_of_one_source_have_it() -> None:
    """Rows that agree are not mixed."""
    totals = totals_of([metrics_of(FIGURES)] * 2)

    assert totals.installs_source is totals.revenue_source is FigureSource.ATTRIBUTED


def test_totals_of_nothing() -> None:
    """No rows: no installs and no revenue, and nothing known of the network's numbers."""
    totals = totals_of([])

    assert (totals.installs, totals.revenue) == (0, Decimal(0))
    assert (totals.spend, totals.impressions, totals.reported_revenue) == (None, None, None)
    assert totals.installs_source is FigureSource.ATTRIBUTED


def test_totals_sum_what_is_known() -> None:
    """A row without a figure does not hide the others' ."""
    known, unknown = metrics_of(FIGURES), metrics_of(Figures(attributed_installs=1))

    assert totals_of([known, unknown]).spend == Decimal("51.20")


amounts = st.decimals(-(10**9), 10**9, places=6)
counts = st.integers(0, 10**9)
any_figures = st.builds(
    Figures,
    spend=st.none() | amounts,
    impressions=st.none() | counts,
    clicks=st.none() | counts,
    attributed_installs=counts,
    attributed_revenue=amounts,
    attributed_revenue_events=counts,
    reported_conversions=st.none() | counts,
    reported_revenue=st.none() | amounts,
)


@given(st.lists(any_figures, max_size=8), st.randoms(use_true_random=False))
def test_totals_do_not_depend_on_order(rows: list[Figures], rng: random.Random) -> None:
    """The same rows in any order have the same totals, to the last digit."""
    shown = [metrics_of(row) for row in rows]
    expected = totals_of(shown)
    rng.shuffle(shown)

    assert totals_of(shown) == expected


@given(st.lists(any_figures, max_size=8))
def test_totals_are_sums(rows: list[Figures]) -> None:
    """Every total is the plain sum of the column above it, unknown cells left out."""
    shown = [metrics_of(row) for row in rows]
    totals = totals_of(shown)

    for column in fields(Metrics):
        if column.name.endswith("_source"):
            continue
        known = [value for row in shown if (value := getattr(row, column.name)) is not None]
        total = getattr(totals, column.name)
        assert total == sum(known) if known else not total


@given(any_figures)
def test_no_float_anywhere(figures: Figures) -> None:
    """Amounts and ratios are decimals, counts are integers, whatever goes in."""
    shown = metrics_of(figures)
    values = [getattr(shown, field.name) for field in fields(Metrics)]
    values += [getattr(shown, ratio) for ratio in RATIOS]

    assert not any(isinstance(value, float) for value in values)
    for ratio in RATIOS:
        value = getattr(shown, ratio)
        assert value is None or (isinstance(value, Decimal) and value.is_finite())


@given(any_figures)
def test_a_row_agrees_with_itself(figures: Figures) -> None:
    """CPI times the installs shown is the spend shown, and so on for the other ratios."""
    shown = metrics_of(figures)

    for ratio, per, whole in (
        (shown.cpi, shown.installs, shown.spend),
        (shown.cpc, shown.clicks, shown.spend),
        (shown.roas, shown.spend, shown.revenue),
        (shown.cti, shown.clicks, shown.installs),
    ):
        if ratio is not None:
            assert per is not None
            assert whole is not None
            assert abs(ratio * per - whole) < Decimal("1e-9")
