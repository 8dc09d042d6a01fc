"""Reports → Campaigns: what the address says is what the page shows."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

import pytest

from appsprint.domain.app import App
from appsprint.domain.cost import AdEntity, AdLevel, CostRow
from appsprint.domain.link import AdNetwork
from appsprint.domain.money import to_micros
from appsprint.entrypoints.http.dashboard.campaign_view import CampaignView, read_view
from appsprint.ports.store import UnitOfWork
from tests.integration.dashboard.conftest import Client
from tests.integration.dashboard.test_tiktok import approve
from tests.support.browser import Browser, text_of
from tests.support.control_plane import NOON, ControlPlane
from tests.support.facts import put_event, put_install
from tests.support.fake_network import ADVERTISER

TODAY = NOON.date()


class Spent(NamedTuple):
    """What TikTok told of one campaign's day."""

    campaign: str
    spend: str
    days_ago: int = 0
    conversions: int = 0


@pytest.fixture
def place(plane: ControlPlane, app: App) -> str:
    """The report's address, over three campaigns: one of them earned an install of ours."""
    put_costs(
        plane,
        app,
        Spent("Alpha", "10", conversions=4),
        Spent("beta", "30"),
        Spent("Gamma & Söhne", "20", conversions=7),
        Spent("Alpha", "8", days_ago=7),
    )
    install = put_install(plane.store, app.id, NOON, link_id="lnk_1", campaign_id="c-Alpha")
    put_event(plane.store, install, NOON)
    return f"/apps/{app.id}/reports/campaigns"


def put_costs(plane: ControlPlane, app: App, *spent: Spent) -> None:
    """Import campaigns with a day's numbers each."""
    entities = [
        AdEntity(
            level=AdLevel.CAMPAIGN,
            id=f"c-{one.campaign}",
            name=one.campaign,
            campaign_id=f"c-{one.campaign}",
        )
        for one in spent
    ]
    rows = [
        CostRow(
            level=AdLevel.CAMPAIGN,
            entity_id=f"c-{one.campaign}",
            day_on=TODAY - timedelta(days=one.days_ago),
            as_of=NOON,
            spend_micros=to_micros(Decimal(one.spend)),
            impressions=1000,
            clicks=10,
            reported_installs=one.conversions,
            reported_revenue_micros=0,
        )
        for one in spent
    ]

    def work(uow: UnitOfWork) -> None:
        uow.costs.save_entities(app.id, AdNetwork.TIKTOK, entities, at=NOON)
        uow.costs.save_costs(app.id, AdNetwork.TIKTOK, rows, currency=app.currency)

    plane.store.write(work)


def names(text: str) -> list[str]:
    """The names in the table's first column, from top to bottom."""
    return re.findall(r'<tr><th scope="row"><span>([^<]+)<small', text)


def test_rows_are_sorted_and_searched(owner: Browser, place: str) -> None:
    """By spend unless asked; names whatever their case; ids are searched as well."""
    assert names(owner.get(place).text) == ["beta", "Gamma &amp; Söhne", "Alpha"]
    by_name = owner.get(f"{place}?sort=name&order=up").text
    assert names(by_name) == ["Alpha", "beta", "Gamma &amp; Söhne"]
    assert 'aria-sort="ascending"' in by_name
    assert names(owner.get(f"{place}?sort=installs&order=up").text)[0] == "beta"
    assert names(owner.get(f"{place}?q=ALPHA").text) == ["Alpha"]
    assert names(owner.get(f"{place}?q=c-gam").text) == ["Gamma &amp; Söhne"]
    assert "No row has “nobody”" in owner.get(f"{place}?q=nobody").text


def test_what_is_not_known_comes_last_either_way(owner: Browser, place: str) -> None:
    """A campaign without installs has no cost per install."""
    for order in ("up", "down"):
        assert names(owner.get(f"{place}?sort=cpi&order={order}").text)[-1] == "beta"


def test_the_networks_numbers_are_marked(owner: Browser, place: str) -> None:
    """Gamma's installs are TikTok's, Alpha's ours, and the total is partly TikTok's."""
    text = owner.get(f"{place}?column=installs").text
    cells = re.findall(r'data-label="Installs"><span>(\d+)(?:<a.*?class="sr">([^<]+)<)?', text)

    assert names(text) == ["beta", "Gamma &amp; Söhne", "Alpha"]
    assert cells == [
        ("0", ""),
        ("7", "TikTok&#39;s number"),
        ("1", ""),
        ("8", "partly TikTok&#39;s number"),
    ]
    assert "reported conversions for installs" in text


def test_columns_can_be_chosen(owner: Browser, place: str) -> None:
    """The others are not shown; none chosen means all."""
    text = owner.get(f"{place}?column=spend&column=roas").text

    assert re.findall(r'<td class="num" data-label="(\w+)">', text)[:4] == ["Spend", "ROAS"] * 2
    assert 'data-label="CPM"' in owner.get(place).text


def test_every_row_can_show_its_change(owner: Browser, place: str) -> None:
    """Alpha spent 8 the week before; the total shows its change always."""
    compared = text_of(owner.get(f"{place}?compare=on&column=spend&q=alpha"))

    assert "▲ 25.0 %" in compared
    assert "▲ 650.0 %" in text_of(owner.get(f"{place}?column=spend"))


@pytest.mark.parametrize("breakdown", ["day", "adgroup", "ad", "country", "link"])
def test_other_breakdowns(owner: Browser, place: str, breakdown: str) -> None:
    """Each has its page, and its tab is marked."""
    answer = owner.get(f"{place}?breakdown={breakdown}")

    assert answer.status_code == 200
    assert answer.text.count('aria-current="page"') == 2


def test_the_csv_is_that_of_the_api(client: Client, owner: Browser, app: App, place: str) -> None:
    """For the same days and breakdown, whatever was searched."""
    days = f"start={TODAY - timedelta(days=6)}&end={TODAY}"
    of_api = client.get(f"/api/v1/apps/{app.id}/reports/campaigns?{days}&format=csv")

    answer = owner.get(f"{place}.csv?{days}&q=alpha")

    assert answer.headers["content-type"].startswith("text/csv")
    assert f"campaign-{TODAY - timedelta(days=6)}" in answer.headers["content-disposition"]
    assert answer.text == of_api.text


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("start=2026-03-30&end=2026-03-29", "after the end"),
        ("start=soon&end=2026-03-29", "must be a date"),
        ("start=2020-01-01&end=2026-03-29", "at most 366 days"),
        ("start=0001-01-01&end=0001-01-02", "must be from"),
    ],
)
def test_days_that_cannot_be_are_told(owner: Browser, place: str, query: str, problem: str) -> None:
    """Beside the field, over the report of the last days."""
    answer = owner.get(f"{place}?{query}")

    assert answer.status_code == 422
    assert problem in text_of(answer).lower()
    assert "Alpha" in answer.text
    assert owner.get(f"{place}.csv?{query}").status_code == 422


def test_nothing_strange_in_the_address_fails(owner: Browser, place: str) -> None:
    """What cannot be shown falls back to the default."""
    answer = owner.get(f"{place}?sort=x&breakdown=y&days=3&metric=z&column=w&order=%00&q=%3Cb%3E")

    assert answer.status_code == 200
    assert "&lt;b&gt;" in answer.text
    assert "<b>" not in answer.text


def test_an_app_without_numbers_says_what_to_do(owner: Browser, app: App) -> None:
    """No empty table."""
    assert "Nothing in these days" in text_of(owner.get(f"/apps/{app.id}/reports/campaigns"))


@pytest.mark.parametrize(
    "query",
    [
        "",
        "days=28",
        "breakdown=ad&sort=cpi&order=up&q=a+b&metric=roas&compare=on&column=spend&column=cti",
        "start=2026-03-01&end=2026-03-02&sort=name&order=down",
    ],
)
def test_the_address_holds_the_whole_view(query: str) -> None:
    """What a view writes is what it is read from, so that it can be shared."""
    told = dict(pair.split("=") for pair in query.split("&") if pair)
    told = {name: value.replace("+", " ") for name, value in told.items() if name != "column"}
    columns = re.findall(r"column=(\w+)", query)

    view = read_view(told, columns)

    assert view.query() == query
    assert (view == CampaignView()) is (query == "")


def test_a_period_ends_today() -> None:
    """By the advertiser's calendar."""
    asked = CampaignView(days=14).question(date(2026, 3, 29))

    assert (asked.start_on, asked.end_on) == (date(2026, 3, 16), date(2026, 3, 29))


def test_a_heading_sorts_the_other_way_the_next_time() -> None:
    """Numbers start with the largest, names with A."""
    assert "sort=spend&order=down" in CampaignView().sorted_by("spend")
    assert "sort=name&order=up" in CampaignView().sorted_by("name")
    assert "order=up" in CampaignView(sort="spend").sorted_by("spend")


def test_days_that_were_never_read_are_imported_from_here(
    plane: ControlPlane, owner: Browser, app: App, place: str
) -> None:
    """The report says that they are missing; what stands in the way is told on the page."""
    days = {"start": "2026-03-01", "end": "2026-03-02"}
    alone = owner.follow(owner.post(f"{place}/import", **days))
    approve(owner, f"/apps/{app.id}/integrations/tiktok")
    plane.services.connections.choose_advertiser(app.id, ADVERTISER.id)
    differences = f"{place}/differences?start=2026-03-01&end=2026-03-02"
    missing = owner.get(differences)

    done = owner.follow(owner.post(f"{place}/import", **days))

    assert "Nothing was imported." in text_of(alone)
    assert f'action="{place}/import"' in missing.text
    assert "Campaigns and metrics are imported." in text_of(done)
    assert f'action="{place}/import"' not in owner.get(differences).text
    wrong = owner.follow(owner.post(f"{place}/import", start="soon", end=""))
    assert "the days cannot be read" in text_of(wrong)


def test_the_differences_come_after_the_report(owner: Browser, app: App) -> None:
    """The report asks for them once it is shown; without scripts a link leads to them."""
    report = owner.get(f"/apps/{app.id}/reports/campaigns?days=28")
    address = f"/apps/{app.id}/reports/campaigns/differences?days=28"

    assert f'hx-get="{address}"' in report.text
    assert "Look for the causes" in text_of(report)
    page = text_of(owner.get(address))
    assert "Why these numbers differ" in page
    assert "Attributed by us" in page
    assert "Look for the causes" not in page


def test_differences_of_days_that_cannot_be_read(owner: Browser, app: App) -> None:
    """They are told, as on the report."""
    answer = owner.get(f"/apps/{app.id}/reports/campaigns/differences?start=tomorrow")

    assert answer.status_code == 422
    assert "must be a date" in text_of(answer)


def test_reinstalls_are_a_column_for_those_who_ask(owner: Browser, app: App, place: str) -> None:
    """The twelve metrics come first; reinstalls can be chosen beside them."""
    del app
    standard = owner.get(place).text
    chosen = owner.get(f"{place}?column=installs&column=reinstalls").text

    assert 'data-label="Reinstalls"' not in standard
    assert 'data-label="Reinstalls"' in chosen
    assert 'data-label="Spend"' not in chosen
