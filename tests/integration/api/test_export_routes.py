"""Exports over HTTP: streamed raw data as CSV and as JSON lines."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

import pyarrow.parquet
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from appsprint.adapters.parquet import ParquetWriter
from appsprint.domain.delivery import DeliveryStatus
from appsprint.domain.ids import AppId
from appsprint.domain.money import money_text
from appsprint.ports.table_writer import ColumnType, Row
from appsprint.services.exports import EXPORT_FIELDS, PAGE_SIZE, ExportKind
from appsprint.testing.builders import make_click, put_clicks
from tests.support.control_plane import NOON, ControlPlane
from tests.support.facts import put_delivery, put_event, put_install

Client = TestClient[Litestar]


@pytest.fixture
def app_id(base: str) -> AppId:
    """The app's id."""
    return AppId(base.rpartition("/")[2])


def test_csv_has_a_header_and_a_line_each(
    plane: ControlPlane, client: Client, base: str, app_id: AppId
) -> None:
    """The first line names the fields; true and false are as in JSON; unknown is empty."""
    install = put_install(plane.store, app_id, NOON, link_id="lnk_1", campaign_id="c1")

    answer = client.get(f"{base}/export/installs")

    assert answer.headers["content-type"].startswith("text/csv")
    [row] = csv.DictReader(io.StringIO(answer.text))
    assert row["id"] == install.id
    assert row["is_attributed"] == "true"
    assert row["campaign_id"] == "c1"
    assert row["campaign_name"] == ""
    assert row["received_at"] == "2026-03-29T12:00:00.000Z"


def test_json_lines_are_objects_with_the_same_names(
    plane: ControlPlane, client: Client, base: str, app_id: AppId
) -> None:
    """One object a line, money as text, what is unknown as null."""
    install = put_install(plane.store, app_id, NOON)
    event = put_event(plane.store, install, NOON)
    put_delivery(plane.store, event)

    answer = client.get(f"{base}/export/events", params={"format": "jsonl"})

    assert answer.headers["content-type"].startswith("application/jsonl")
    [row] = [json.loads(line) for line in answer.text.splitlines()]
    assert tuple(row) == EXPORT_FIELDS[ExportKind.EVENTS]
    assert (row["event_id"], row["revenue"], row["currency"]) == (event.event_id, "9.99", "USD")
    assert (row["network"], row["status"], row["reason"]) == ("tiktok", "pending", None)


def test_clicks_tell_what_their_link_told(
    plane: ControlPlane, client: Client, base: str, app_id: AppId
) -> None:
    """Campaign and click id are read from the address that was visited."""
    page_url = "https://go.example/c/x?utm_id=1845&tt_ad_id=__CID__&ttclid=E.C.P"
    click = make_click(app_id=app_id, page_url=page_url)
    put_clicks(plane.store, click)

    answer = client.get(f"{base}/export/clicks", params={"format": "jsonl"})

    [row] = [json.loads(line) for line in answer.text.splitlines()]
    assert tuple(row) == EXPORT_FIELDS[ExportKind.CLICKS]
    assert (row["id"], row["earns_credit"]) == (click.id, True)
    told = (row["campaign_id"], row["ad_id"], row["page_url"])
    assert told == ("1845", None, page_url)


def test_deliveries_are_as_they_stand(
    plane: ControlPlane, client: Client, base: str, app_id: AppId
) -> None:
    """Under the names of the management API."""
    event = put_event(plane.store, put_install(plane.store, app_id, NOON), NOON)
    dead = put_delivery(plane.store, event, status=DeliveryStatus.DEAD, reason="too_old")

    answer = client.get(f"{base}/export/deliveries", params={"format": "jsonl"})

    [row] = [json.loads(line) for line in answer.text.splitlines()]
    assert tuple(row) == EXPORT_FIELDS[ExportKind.DELIVERIES]
    assert (row["id"], row["tiktok_event"], row["status"]) == (dead.id, "Purchase", "dead")
    assert (row["reason"], row["attempts"], row["sent_at"]) == ("too_old", 1, None)


@pytest.mark.parametrize("kind", list(ExportKind))
def test_an_empty_export_is_a_header(client: Client, base: str, kind: ExportKind) -> None:
    """CSV tells its fields even without rows; JSON lines are empty."""
    as_csv = client.get(f"{base}/export/{kind}")
    as_lines = client.get(f"{base}/export/{kind}", params={"format": "jsonl"})

    assert as_csv.text == ",".join(EXPORT_FIELDS[kind]) + "\r\n"
    assert (as_lines.status_code, as_lines.text) == (200, "")


def test_the_end_is_not_included(
    plane: ControlPlane, client: Client, base: str, app_id: AppId
) -> None:
    """Start is, end is not, both are instants or days in UTC."""
    at = [NOON, NOON + timedelta(hours=1), NOON + timedelta(hours=2)]
    ids = [put_install(plane.store, app_id, instant).id for instant in at]
    window = {"start": "2026-03-29T12:00:00Z", "end": "2026-03-29T14:00:00Z", "format": "jsonl"}

    answer = client.get(f"{base}/export/installs", params=window)

    found = [json.loads(line)["id"] for line in answer.text.splitlines()]
    assert found == [ids[1], ids[0]]


def test_more_than_a_page_is_complete(
    plane: ControlPlane, client: Client, base: str, app_id: AppId
) -> None:
    """Pages follow one another without a gap or a repeat."""
    install = put_install(plane.store, app_id, NOON)
    wanted = {put_event(plane.store, install, NOON).id for _ in range(PAGE_SIZE + 5)}

    answer = client.get(f"{base}/export/events", params={"format": "jsonl"})

    found = [json.loads(line)["id"] for line in answer.text.splitlines()]
    assert len(found) == len(wanted)
    assert set(found) == wanted


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("export/passwords", 404),
        ("export/installs?format=xlsx", 422),
        ("export/installs?start=yesterday", 422),
        ("export/installs?start=2026-03-02&end=2026-03-01", 422),
    ],
)
def test_what_cannot_be_exported_is_refused(
    client: Client, base: str, address: str, status: int
) -> None:
    """Before a single byte is streamed."""
    assert client.get(f"{base}/{address}").status_code == status


@pytest.mark.parametrize("kind", list(ExportKind))
def test_parquet_holds_what_json_lines_do(
    plane: ControlPlane, client: Client, base: str, app_id: AppId, kind: ExportKind
) -> None:
    """The same names in the same order, with types: instants, amounts, true and false."""
    put_clicks(plane.store, make_click(app_id=app_id))
    install = put_install(plane.store, app_id, NOON, link_id="lnk_1")
    put_delivery(plane.store, put_event(plane.store, install, NOON))

    answer = client.get(f"{base}/export/{kind}", params={"format": "parquet"})
    lines = client.get(f"{base}/export/{kind}", params={"format": "jsonl"}).text.splitlines()

    assert answer.headers["content-disposition"] == f'attachment; filename="{kind}.parquet"'
    table = pyarrow.parquet.read_table(io.BytesIO(answer.content))
    assert tuple(table.column_names) == EXPORT_FIELDS[kind]
    [row], [line] = table.to_pylist(), [json.loads(line) for line in lines]
    assert {name: as_json(value) for name, value in row.items()} == line


def test_an_empty_parquet_export_has_its_columns(client: Client, base: str) -> None:
    """A reader finds the names and no rows."""
    answer = client.get(f"{base}/export/events", params={"format": "parquet"})

    table = pyarrow.parquet.read_table(io.BytesIO(answer.content))
    assert tuple(table.column_names) == EXPORT_FIELDS[ExportKind.EVENTS]
    assert table.num_rows == 0


def test_a_long_parquet_export_has_several_groups() -> None:
    """It is written while it is read, in the order of the rows."""
    pages: Iterator[list[Row]] = (
        [{"id": f"{page}-{row}"} for row in range(1_000)] for page in range(120)
    )
    data = b"".join(ParquetWriter().write({"id": ColumnType.TEXT}, pages))

    file = pyarrow.parquet.ParquetFile(io.BytesIO(data))
    assert file.num_row_groups == 3
    assert file.read().column("id")[-1].as_py() == "119-999"


def as_json(value: object) -> object:
    """A Parquet value as an export's JSON has it."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return money_text(value) if isinstance(value, Decimal) else value
