"""Reads the recorded clicks and installs of ``appsprint attribution replay``, line by line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta

from appsprint.domain.address import client_address
from appsprint.domain.app import ApiKey, App, Environment, Platform
from appsprint.domain.ids import AppId, ClickId, KeyId, LinkId
from appsprint.domain.install import Install
from appsprint.entrypoints.http.sdk_install import Arrival, Body, read_install
from appsprint.errors import InvalidInput
from appsprint.services.replay import RecordedIds, RecordedVisit

T = TypeVar("T")
# Called with the number of a line that cannot be read, counted from 1, and what is wrong with it.
Complain = Callable[[int, str], None]

_Instant = Annotated[datetime, Meta(tz=True)]
_Id = Annotated[str, Meta(min_length=1)]


class _ClickLine(msgspec.Struct, frozen=True):
    click_id: _Id
    app_id: _Id
    link_id: _Id
    occurred_at: _Instant
    campaign_id: str | None = None
    method: str | None = None
    ip: str | None = None
    user_agent: str | None = None
    headers: dict[str, Any] | None = None
    query: dict[str, Any] | None = None
    ttclid: str | None = None


class _InstallLine(msgspec.Struct, frozen=True):
    """What the recorder added to the install's body, which stands beside it on the top level."""

    app_id: _Id
    received_at: _Instant
    ip: str | None = None


_CLICK = msgspec.json.Decoder(_ClickLine)
_INSTALL = msgspec.json.Decoder(_InstallLine)
_BODY = msgspec.json.Decoder(dict[str, object])
_APPLE_FIELDS = ("idfv", "idfa", "attStatus", "adServicesToken")
_ANDROID_FIELDS = ("gaid", "installReferrer", "referrerClickTimestamp")
_YEARS = range(1970, 9000)
_EPOCH = datetime.fromtimestamp(0, UTC)


def read_visits(lines: Iterable[bytes], complain: Complain) -> Iterator[RecordedVisit]:
    """The visits, in the order of the lines; malformed ones are told and left out."""
    return _read(lines, _visit, complain)


def read_installs(lines: Iterable[bytes], complain: Complain) -> Iterator[Install]:
    """The installs, in the order of the lines; malformed ones are told and left out."""
    return _read(lines, _install, complain)


def _read(lines: Iterable[bytes], reader: Callable[[bytes], T], complain: Complain) -> Iterator[T]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            found = reader(line)
        except InvalidInput as exc:
            complain(number, exc.message)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as exc:
            complain(number, str(exc))
        else:
            yield found


def _visit(line: bytes) -> RecordedVisit:
    read = _CLICK.decode(line)
    query = _texts(read.query)
    if read.ttclid:
        query.setdefault("ttclid", read.ttclid)
    return RecordedVisit(
        click_id=ClickId(read.click_id),
        app_id=AppId(read.app_id),
        link_id=LinkId(read.link_id),
        campaign_id=read.campaign_id or None,
        occurred_at=_utc(read.occurred_at),
        method=read.method or "GET",
        client_ip=_address(read.ip),
        headers=_texts(read.headers) | {"user-agent": read.user_agent or ""},
        query=query,
    )


def _install(line: bytes) -> Install:
    read, body = _INSTALL.decode(line), _BODY.decode(line)
    app = _app(AppId(read.app_id), _platform(body))
    arrival = Arrival(
        app=app,
        key=_KEY,
        client_ip=_address(read.ip),
        received_at=_utc(read.received_at),
    )
    return read_install(body, arrival, RecordedIds())


def _utc(instant: datetime) -> datetime:
    """An instant of a server's clock; far beyond it, days could not be added and taken away."""
    if instant.year not in _YEARS:
        raise InvalidInput(f"no server's clock shows {instant.isoformat()}")
    return instant.astimezone(UTC)


def _address(text: str | None) -> str:
    """The address in its normal form, as the server has it after its proxies."""
    return client_address(peer=text or "", forwarded_for=None, trusted=())


def _texts(values: Mapping[str, object] | None) -> dict[str, str]:
    return {name: value for name, value in (values or {}).items() if isinstance(value, str)}


def _platform(body: Body) -> Platform:
    """What the app runs on: the SDK says so, or fields that only one platform has."""
    said = body.get("sdkPlatform")
    if isinstance(said, str) and said.lower() in set(Platform):
        return Platform(said.lower())
    if any(body.get(name) is not None for name in _APPLE_FIELDS):
        return Platform.IOS
    if any(body.get(name) is not None for name in _ANDROID_FIELDS):
        return Platform.ANDROID
    told = f"{body.get('deviceModel')} {body.get('sdkWebViewUserAgent')}"
    is_apple = any(name in told for name in ("iPhone", "iPad", "iPod"))
    return Platform.IOS if is_apple else Platform.ANDROID


def _app(app_id: AppId, platform: Platform) -> App:
    return App(
        id=app_id,
        name="",
        platform=platform,
        store_url="",
        store_id="",
        time_zone="UTC",
        currency="USD",
        created_at=_EPOCH,
    )


_KEY = ApiKey(
    id=KeyId(""),
    app_id=AppId(""),
    environment=Environment.LIVE,
    key_hash="",
    hint="",
    created_at=_EPOCH,
)
