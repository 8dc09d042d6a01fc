"""The route of campaign reports."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from appsprint.domain.ids import AppId
from appsprint.domain.reconciliation import CauseCode
from appsprint.entrypoints.http.api.reports import ReconciliationAnswer, ReportAnswer
from tests.support.control_plane import NOON, ControlPlane
from tests.support.facts import put_event, put_install

Client = TestClient[Litestar]
IDENTITIES = {
    "campaign": {"campaign_id", "campaign_name"},
    "day": {"date"},
    "adgroup": {"adgroup_id", "adgroup_name", "campaign_id"},
    "ad": {"ad_id", "ad_name"},
    "country": {"country"},
    "link": {"link_id", "link_name"},
}


@pytest.fixture
def report(plane: ControlPlane, client: Client, app: dict[str, Any], base: str) -> str:
    """The address of a report with one credited install and its purchase."""
    link = client.post(
        f"{base}/links",
        json={"network": "tiktok", "name": "x", "destination_url": app["store_url"]},
    ).json()
    install = put_install(plane.store, AppId(app["id"]), NOON, link_id=link["id"], campaign_id="c1")
    put_event(plane.store, install, NOON, revenue=Decimal("9.99"))
    return f"{base}/reports/campaigns"


def test_report_has_the_shape_of_the_contract(client: Client, report: str) -> None:
    """Items, totals and the frame, as documented."""
    answer = client.get(f"{report}?start=2026-03-01&end=2026-03-31")

    assert answer.status_code == 200
    document = answer.json()
    assert (document["start"], document["end"]) == ("2026-03-01", "2026-03-31")
    assert (document["currency"], document["time_zone"]) == ("USD", "UTC")
    assert document["totals"]["installs"] == 1
    assert document["totals"]["revenue"] == "9.99"
    msgspec.json.decode(answer.content, type=ReportAnswer)


@pytest.mark.parametrize("breakdown", IDENTITIES)
def test_rows_are_identified_by_the_breakdown(client: Client, report: str, breakdown: str) -> None:
    """Each breakdown has its own fields, also in CSV."""
    as_json = client.get(f"{report}?breakdown={breakdown}")
    as_csv = client.get(f"{report}?breakdown={breakdown}&format=csv")

    msgspec.json.decode(as_json.content, type=ReportAnswer)
    (item, *_) = as_json.json()["items"]
    every_identity = set().union(*IDENTITIES.values())
    assert set(item) & every_identity == IDENTITIES[breakdown]
    rows = list(csv.DictReader(io.StringIO(as_csv.text)))
    assert len(rows) == len(as_json.json()["items"])
    assert list(rows[0]) == list(item)


def test_csv_is_a_file_to_save(client: Client, report: str) -> None:
    """With a name that tells what it is."""
    answer = client.get(f"{report}?start=2026-03-01&end=2026-03-31&format=csv")

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == (
        'attachment; filename="campaigns-campaign-2026-03-01-2026-03-31.csv"'
    )


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("start=x&end=y", ["start", "end"]),
        ("breakdown=planet&format=xml&network=myspace", ["network", "breakdown", "format"]),
        ("start=2026-03-02&end=2026-03-01", ["start"]),
        ("start=2020-01-01&end=2026-03-01", ["end"]),
        ("start=2026-02-30", ["start"]),
        ("start=20260301", ["start"]),
        ("start=2026-W09-1", ["start"]),
        ("end=2026-03-01T00:00:00Z", ["end"]),
        ("start=%202026-03-01", ["start"]),
        ("start=2026-03-01&start=2026-03-02", ["start"]),
    ],
)
def test_wrong_questions_are_told_by_field(
    client: Client, report: str, query: str, fields: list[str]
) -> None:
    """All of them in one answer."""
    answer = client.get(f"{report}?{query}")

    assert answer.status_code == 422
    assert [detail["field"] for detail in answer.json()["details"]] == fields


def test_empty_parameters_are_unset(client: Client, report: str) -> None:
    """A form that was not filled in asks for the defaults."""
    assert client.get(f"{report}?start=&end=&breakdown=&format=").status_code == 200


def test_a_report_can_be_compared(client: Client, report: str) -> None:
    """The period before stands beside the report, which is otherwise the same."""
    window = "start=2026-03-29&end=2026-03-29"
    alone, compared = (client.get(f"{report}?{window}{rest}") for rest in ("", "&compare=previous"))

    document = compared.json()
    previous = document.pop("previous")
    assert document == alone.json()
    assert (previous["start"], previous["end"]) == ("2026-03-28", "2026-03-28")
    assert (document["totals"]["installs"], previous["totals"]["installs"]) == (1, 0)
    msgspec.json.decode(compared.content, type=ReportAnswer)


def test_comparing_with_nothing_known(client: Client, report: str) -> None:
    """A wrong value is told."""
    assert client.get(f"{report}?compare=yesterday").status_code == 422


def test_reconciliation_has_every_cause(client: Client, report: str) -> None:
    """Ours, the network's and the difference, and the causes with their figures."""
    answer = client.get(f"{report}/reconciliation?start=2026-03-01&end=2026-03-31")

    assert answer.status_code == 200
    found = msgspec.json.decode(answer.content, type=ReconciliationAnswer)
    assert [cause.code for cause in found.causes] == list(CauseCode)
    [item] = found.items
    assert (item.campaign_id, item.attributed_installs, item.attributed_revenue) == (
        "c1",
        1,
        "9.99",
    )
    assert (item.reported_conversions, item.installs_difference) == (None, None)


@pytest.mark.parametrize(
    ("query", "status"), [("start=2026-03-02&end=2026-03-01", 422), ("start=yesterday", 422)]
)
def test_reconciliation_tells_a_wrong_window(
    client: Client, report: str, query: str, status: int
) -> None:
    """As the report does."""
    assert client.get(f"{report}/reconciliation?{query}").status_code == status
