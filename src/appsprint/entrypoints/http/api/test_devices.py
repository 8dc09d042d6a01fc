"""Routes of test devices: whose installs are tests."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import msgspec
from litestar import Response
from litestar.params import RawBody
from msgspec import Meta

from appsprint.domain.access import Role
from appsprint.domain.ids import AppId, DeviceId
from appsprint.domain.test_device import DeviceIdKind, ListedDevice
from appsprint.entrypoints.http.api.creating import created
from appsprint.entrypoints.http.api.decoding import read_body, read_query
from appsprint.entrypoints.http.api.fields import Name, UtcTime
from appsprint.entrypoints.http.api.paging import Page, PageQuery, page_of
from appsprint.entrypoints.http.api.routing import ApiRequest, ApiTag, PathId, route, services_of
from appsprint.services.test_devices import NewDevice

PATH = "/apps/{app_id:str}/test-devices"


class NewDeviceBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What a test device is known by.

    `idfv` and `idfa` are for iOS apps, `gaid` is for Android apps. An `idfa` that a person allows
    only after the first start comes too late to make the install a test: use `idfv`.
    """

    kind: Annotated[str, Meta(extra_json_schema={"enum": list(DeviceIdKind)})]
    value: Annotated[str, Meta(extra_json_schema={"minLength": 1, "maxLength": 128})]
    name: Name


class DeviceAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A test device; `value` in the form in which installs are compared with it."""

    id: str
    kind: DeviceIdKind
    value: str
    name: str
    created_at: UtcTime


@route(
    "POST",
    PATH,
    role=Role.EDITOR,
    tag=ApiTag.APPS,
    body=NewDeviceBody,
    answer=DeviceAnswer,
    status=201,
)
def add_test_device(request: ApiRequest, app_id: PathId, body: RawBody) -> Response[bytes]:
    """List a test device: its installs and events from now on are tests."""
    wanted = read_body(request, body, NewDeviceBody)
    device = NewDevice(kind=wanted.kind, value=wanted.value, name=wanted.name)
    prepare = partial(services_of(request).test_devices.creation, AppId(app_id), device)
    return created(request, body, prepare, device_answer)


@route("GET", PATH, role=Role.VIEWER, tag=ApiTag.APPS, query=PageQuery, answer=Page[DeviceAnswer])
def list_test_devices(request: ApiRequest, app_id: PathId) -> Page[DeviceAnswer]:
    """List the test devices, oldest first."""
    query = read_query(request, PageQuery)
    found = services_of(request).test_devices.list(AppId(app_id))
    behind = [one for one in found if one.id > (query.after or "")]
    return page_of(behind, query, id_of=lambda one: one.id, render=device_answer)


@route(
    "DELETE",
    f"{PATH}/{{device_id:str}}",
    role=Role.EDITOR,
    tag=ApiTag.APPS,
    answer=None,
    status=204,
)
def remove_test_device(request: ApiRequest, app_id: PathId, device_id: PathId) -> None:
    """Take a device from the list; what it did so far stays a test."""
    services_of(request).test_devices.remove(AppId(app_id), DeviceId(device_id))


def device_answer(device: ListedDevice) -> DeviceAnswer:
    """A test device as it is answered."""
    return DeviceAnswer(
        id=device.id,
        kind=device.kind,
        value=device.value,
        name=device.name,
        created_at=device.created_at,
    )


HANDLERS = (add_test_device, list_test_devices, remove_test_device)
