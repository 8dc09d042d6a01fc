"""Settings of an app: the devices whose installs are tests."""

from __future__ import annotations

from collections.abc import Mapping

from appsprint.domain.access import Role
from appsprint.domain.ids import AppId, DeviceId, InstallId
from appsprint.domain.test_device import KINDS_OF, DeviceIdKind, best_key
from appsprint.entrypoints.http.api.routing import PathId, services_of
from appsprint.entrypoints.http.dashboard.forms import Form
from appsprint.entrypoints.http.dashboard.page import page
from appsprint.entrypoints.http.dashboard.rendering import PageResponse, redirect, render
from appsprint.entrypoints.http.dashboard.visits import PageRequest, app_of, visit_of
from appsprint.errors import Conflict, InvalidInput
from appsprint.services.test_devices import NewDevice

PATH = "/apps/{app_id:str}/settings/test-devices"
KINDS: Mapping[DeviceIdKind, str] = {
    DeviceIdKind.GAID: "Advertising id (GAID)",
    DeviceIdKind.IDFA: "Advertising id (IDFA)",
    DeviceIdKind.IDFV: "Id for the vendor (idfv)",
    DeviceIdKind.APPSPRINT_ID: "Device id of the SDK (appsprintId)",
}


@page("GET", PATH, role=Role.VIEWER)
def show_test_devices(request: PageRequest, app_id: PathId) -> PageResponse:
    """The list, and the form for one more; an install's page fills it in."""
    install_id = request.query_params.get("install")
    if not install_id or not visit_of(request).may(Role.EDITOR):
        return _page(request, Form())
    found, _ = services_of(request).installs.get(AppId(app_id), InstallId(install_id))
    kind, value = best_key(found.install)
    return _page(request, Form.of(kind=kind.value, value=value))


@page("POST", PATH, role=Role.EDITOR)
def add_test_device(request: PageRequest, app_id: PathId) -> PageResponse:
    """List a device."""
    form = visit_of(request).form
    wanted = NewDevice(kind=form.text("kind"), value=form.text("value"), name=form.text("name"))
    try:
        made = services_of(request).test_devices.add(AppId(app_id), wanted)
    except InvalidInput as exc:
        return _page(request, form.refused(exc), status=422)
    except Conflict as exc:
        return _page(request, form.refused(InvalidInput(exc.message, field="value")), status=409)
    notice = f"{made.name} is a test device: what it does from now on is a test."
    return redirect(f"/apps/{app_id}/settings/test-devices", notice=notice)


@page("POST", f"{PATH}/{{device_id:str}}/remove", role=Role.EDITOR)
def remove_test_device(request: PageRequest, app_id: PathId, device_id: PathId) -> PageResponse:
    """Take a device from the list."""
    removed = services_of(request).test_devices.remove(AppId(app_id), DeviceId(device_id))
    notice = f"{removed.name} is no test device any more."
    return redirect(f"/apps/{app_id}/settings/test-devices", notice=notice)


def _page(request: PageRequest, form: Form, *, status: int = 200) -> PageResponse:
    app = app_of(request)
    return render(
        request,
        "test_devices.html",
        status=status,
        form=form,
        devices=services_of(request).test_devices.list(app.id),
        kinds=KINDS,
        choices=[(kind.value, KINDS[kind]) for kind in KINDS_OF[app.platform]],
    )


HANDLERS = (show_test_devices, add_test_device, remove_test_device)
