"""Raw data for other tools: every fact of an app within a window, a page at a time."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from appsprint.domain.audit import AuditAction
from appsprint.domain.ids import AppId, ClickId, DeliveryId, EventId, InstallId
from appsprint.domain.link import AdNetwork
from appsprint.errors import InvalidInput
from appsprint.ports.ad_network import AdNetworkAdapter
from appsprint.ports.clock import Clock
from appsprint.ports.deliveries import DeliveryFilter
from appsprint.ports.events import EventFilter
from appsprint.ports.installs import InstallFilter
from appsprint.ports.store import Store, UnitOfWork
from appsprint.ports.table_writer import Columns, ColumnType, Row, TableWriter
from appsprint.services.acting import entry
from appsprint.services.apps import require_app
from appsprint.services.attribution import read_link
from appsprint.services.export_rows import click_row, delivery_row, event_row, install_row

PAGE_SIZE = 1_000

_Page = list[tuple[str, Row]]
_Reader = Callable[[UnitOfWork, str | None], _Page]


class ExportKind(StrEnum):
    """What can be exported."""

    INSTALLS = "installs"
    EVENTS = "events"
    CLICKS = "clicks"
    DELIVERIES = "deliveries"


class ExportFormat(StrEnum):
    """What an export is written in: CSV with a header (RFC 4180), JSON objects, or Parquet."""

    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportWindow:
    """Which facts, by the time that they reached us; ``until`` is not included, None is open.

    Raises:
        InvalidInput: It ends before it starts.
    """

    since: datetime | None = None
    until: datetime | None = None

    def __post_init__(self) -> None:
        if self.since is not None and self.until is not None and self.until < self.since:
            raise InvalidInput("must not be before start", field="end")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportQuery:
    """One export."""

    kind: ExportKind
    format: ExportFormat = ExportFormat.CSV
    window: ExportWindow = field(default_factory=ExportWindow)


class ExportService:
    """Reads a page in a snapshot of its own, so that a long export holds nothing up.

    Newest first: what arrives meanwhile is never in it.
    """

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        networks: Mapping[AdNetwork, AdNetworkAdapter],
        parquet: TableWriter,
    ) -> None:
        self._store = store
        self._clock = clock
        self._networks = networks
        self._parquet = parquet

    def content(self, app_id: AppId, query: ExportQuery) -> Iterator[bytes]:
        """The export as a file's bytes, a page of rows or more at a time; texts are UTF-8.

        The audit log says that it was made: whoever is erased later may be in it.

        Raises:
            NotFound: (at once) There is no such app.
        """
        pages, fields = self.pages(app_id, query), EXPORT_FIELDS[query.kind]
        self._note(app_id, query)
        match query.format:
            case ExportFormat.CSV:
                return map(str.encode, _csv(pages, fields))
            case ExportFormat.JSONL:
                return map(str.encode, _jsonl(pages))
            case ExportFormat.PARQUET:
                return self._parquet.write(_columns(fields), pages)

    def _note(self, app_id: AppId, query: ExportQuery) -> None:
        told = entry(
            self._clock.now(),
            AuditAction.DATA_EXPORTED,
            app_id=app_id,
            subject=query.kind,
            format=query.format,
            start=query.window.since,
            end=query.window.until,
        )
        self._store.write(lambda uow: uow.audit.add(told))

    def pages(self, app_id: AppId, query: ExportQuery) -> Iterator[Sequence[Row]]:
        """The rows, at most 1,000 at a time.

        Raises:
            NotFound: (at once) There is no such app.
        """
        self._store.read(lambda uow: require_app(uow, app_id))
        return self._read_all(self._reader(app_id, query))

    def _read_all(self, reader: _Reader) -> Iterator[Sequence[Row]]:
        after: str | None = None
        while page := self._read(reader, after):
            yield [row for _, row in page]
            if len(page) < PAGE_SIZE:
                return
            after = page[-1][0]

    def _read(self, reader: _Reader, after: str | None) -> _Page:
        return self._store.read(lambda uow: reader(uow, after))

    def _reader(self, app_id: AppId, query: ExportQuery) -> _Reader:
        readers: Mapping[ExportKind, Callable[[AppId, ExportWindow], _Reader]] = {
            ExportKind.INSTALLS: _installs,
            ExportKind.EVENTS: _events,
            ExportKind.CLICKS: self._clicks,
            ExportKind.DELIVERIES: _deliveries,
        }
        return readers[query.kind](app_id, query.window)

    def _clicks(self, app_id: AppId, window: ExportWindow) -> _Reader:
        def read(uow: UnitOfWork, after: str | None) -> _Page:
            found = uow.clicks.page(
                app_id,
                since=window.since,
                until=window.until,
                after=None if after is None else ClickId(after),
                limit=PAGE_SIZE,
            )
            return [(one.id, click_row(one, read_link(self._networks, one))) for one in found]

        return read


def _installs(app_id: AppId, window: ExportWindow) -> _Reader:
    wanted = InstallFilter(since=window.since, until=window.until)

    def read(uow: UnitOfWork, after: str | None) -> _Page:
        last = None if after is None else InstallId(after)
        found = uow.installs.page(app_id, wanted, after=last, limit=PAGE_SIZE)
        return [(one.install.id, install_row(one)) for one in found]

    return read


def _events(app_id: AppId, window: ExportWindow) -> _Reader:
    wanted = EventFilter(since=window.since, until=window.until)

    def read(uow: UnitOfWork, after: str | None) -> _Page:
        last = None if after is None else EventId(after)
        found = uow.events.page(app_id, wanted, after=last, limit=PAGE_SIZE)
        return [(one.event.id, event_row(one)) for one in found]

    return read


def _deliveries(app_id: AppId, window: ExportWindow) -> _Reader:
    wanted = DeliveryFilter(since=window.since, until=window.until)

    def read(uow: UnitOfWork, after: str | None) -> _Page:
        last = None if after is None else DeliveryId(after)
        found = uow.deliveries.page(app_id, wanted, after=last, limit=PAGE_SIZE)
        return [(one.id, delivery_row(one)) for one in found]

    return read


EXPORT_FIELDS: Mapping[ExportKind, tuple[str, ...]] = {
    ExportKind.INSTALLS: (
        *("id", "appsprint_id", "platform", "environment", "installed_at", "received_at"),
        *("country", "device_model", "os_version"),
        *("is_attributed", "match_type", "confidence", "reason", "network", "click_id", "link_id"),
        *("campaign_id", "campaign_name", "adgroup_id", "adgroup_name", "ad_id", "ad_name"),
        *("is_reinstall", "earlier_install_id", "tags", "rejected_for", "withheld_for"),
    ),
    ExportKind.EVENTS: (
        *("id", "event_id", "event_type", "event_name", "environment"),
        *("appsprint_id", "install_id", "occurred_at", "received_at", "revenue", "currency"),
        *("parameters", "network", "status", "reason"),
    ),
    ExportKind.CLICKS: (
        *("id", "link_id", "network", "occurred_at", "client_ip", "user_agent"),
        *("accept_language", "network_click_id", "campaign_id", "campaign_name"),
        *("adgroup_id", "adgroup_name", "ad_id", "ad_name", "placement"),
        *("http_referrer", "page_url", "earns_credit"),
    ),
    ExportKind.DELIVERIES: (
        *("id", "network", "event_id", "install_id", "appsprint_id", "sdk_event"),
        *("tiktok_event", "network_event_id", "pixel_id", "status", "reason", "attempts"),
        *("created_at", "next_attempt_at", "sent_at"),
    ),
}


_OTHER_TYPES: Columns = {
    "attempts": ColumnType.INTEGER,
    "confidence": ColumnType.NUMBER,
    "earns_credit": ColumnType.BOOLEAN,
    "is_attributed": ColumnType.BOOLEAN,
    "is_reinstall": ColumnType.BOOLEAN,
    "revenue": ColumnType.AMOUNT,
}


def _columns(fields: Sequence[str]) -> Columns:
    """The fields' types: instants end in ``_at``, most others are texts."""
    return {
        name: ColumnType.INSTANT
        if name.endswith("_at")
        else _OTHER_TYPES.get(name, ColumnType.TEXT)
        for name in fields
    }


def _csv(pages: Iterator[Sequence[Row]], fields: Sequence[str]) -> Iterator[str]:
    """A header and a line per row; true and false as in JSON, None as an empty cell."""
    yield _csv_lines([fields])
    for page in pages:
        yield _csv_lines([_csv_cell(row[name]) for name in fields] for row in page)


def _csv_lines(rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue()


def _csv_cell(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value


def _jsonl(pages: Iterator[Sequence[Row]]) -> Iterator[str]:
    for page in pages:
        yield "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in page)
