"""``appsprint test-devices``."""

from __future__ import annotations

from typing import Annotated

import typer

from appsprint.domain.ids import DeviceId
from appsprint.domain.test_device import DeviceIdKind
from appsprint.entrypoints.cli.noun import new_noun
from appsprint.entrypoints.cli.options import AppOption, JsonOption, chosen_app
from appsprint.entrypoints.cli.output import print_items, print_one
from appsprint.entrypoints.cli.session import open_services
from appsprint.entrypoints.http.api.test_devices import device_answer
from appsprint.services.test_devices import NewDevice

app = new_noun()

COLUMNS = ("id", "kind", "value", "name", "created_at")


@app.command("list")
def list_devices(*, app_id: AppOption = None, json: JsonOption = False) -> None:
    """List an app's test devices, oldest first."""
    with open_services() as services:
        found = services.test_devices.list(chosen_app(services, app_id))
    items = [device_answer(one) for one in found]
    print_items({"items": items, "next_cursor": None}, COLUMNS, as_json=json)


@app.command()
def add(
    value: Annotated[str, typer.Argument(help="The id of the device.")],
    *,
    app_id: AppOption = None,
    kind: Annotated[DeviceIdKind, typer.Option(help="Which id it is.")],
    name: Annotated[str, typer.Option(help="What people call the device.")],
    json: JsonOption = False,
) -> None:
    """List a test device: its installs and events from now on are tests."""
    with open_services() as services:
        wanted = NewDevice(kind=kind, value=value, name=name)
        made = services.test_devices.add(chosen_app(services, app_id), wanted)
    print_one(device_answer(made), as_json=json)


@app.command()
def remove(
    device_id: Annotated[str, typer.Argument(help="Its id in the list, dev_….")],
    *,
    app_id: AppOption = None,
    json: JsonOption = False,
) -> None:
    """Take a device from the list; what it did so far stays a test."""
    with open_services() as services:
        owner = chosen_app(services, app_id)
        removed = services.test_devices.remove(owner, DeviceId(device_id))
    print_one({"removed": removed.id}, as_json=json)
