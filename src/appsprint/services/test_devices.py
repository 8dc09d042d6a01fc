"""The list of an app's test devices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from appsprint.domain.app import App
from appsprint.domain.audit import AuditAction
from appsprint.domain.ids import AppId, DeviceId, IdPrefix
from appsprint.domain.test_device import KINDS_OF, DeviceIdKind, ListedDevice, normal_device_id
from appsprint.errors import Conflict, FieldProblem, InvalidInput, NotFound
from appsprint.ports.clock import Clock, IdSource
from appsprint.ports.store import Store, UnitOfWork
from appsprint.services.acting import entry
from appsprint.services.apps import require_app
from appsprint.services.checks import quoted, raise_problems, require_name
from appsprint.services.creation import Creation
from appsprint.services.directory import Directory

MAX_DEVICES = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDevice:
    """What a person gives for a test device, as typed."""

    kind: str
    value: str
    name: str


class DeviceListService:
    """Changes count for installs and events from now on; nothing stored becomes a test."""

    def __init__(self, *, store: Store, clock: Clock, ids: IdSource, directory: Directory) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._directory = directory

    def list(self, app_id: AppId) -> Sequence[ListedDevice]:
        """The app's test devices, the oldest first.

        Raises:
            NotFound: There is no such app.
        """
        return self._store.read(lambda uow: uow.apps.devices(require_app(uow, app_id).id))

    def add(self, app_id: AppId, wanted: NewDevice) -> ListedDevice:
        """List a device; see ``creation``."""
        made = self._store.write(self.creation(app_id, wanted))
        self._directory.refresh()
        return made

    def creation(self, app_id: AppId, wanted: NewDevice) -> Creation[ListedDevice]:
        """The unit of work that lists a device.

        Raises:
            InvalidInput: (when it runs) A value is not allowed.
            NotFound: (when it runs) There is no such app.
            Conflict: (when it runs) The device is on the list, or the list is full.
        """
        device_id, now = DeviceId(self._ids.new(IdPrefix.DEVICE)), self._clock.now()
        told = entry(now, AuditAction.TEST_DEVICE_ADDED, app_id=app_id, subject=wanted.name.strip())

        def work(uow: UnitOfWork) -> ListedDevice:
            app = require_app(uow, app_id)
            kind, value, name = _checked(app, wanted)
            device = ListedDevice(
                id=device_id, app_id=app_id, kind=kind, value=value, name=name, created_at=now
            )
            if len(uow.apps.devices(app_id)) >= MAX_DEVICES:
                raise Conflict(f"this app has {MAX_DEVICES} test devices: remove some first")
            if not uow.apps.add_device(device):
                raise Conflict("this device is a test device already")
            uow.audit.add(told)
            return device

        return work

    def remove(self, app_id: AppId, device_id: DeviceId) -> ListedDevice:
        """Take a device from the list; its installs from now on are real ones.

        Raises:
            NotFound: The app has no such test device.
        """
        now = self._clock.now()

        def work(uow: UnitOfWork) -> ListedDevice:
            require_app(uow, app_id)
            found = next((one for one in uow.apps.devices(app_id) if one.id == device_id), None)
            if found is None:
                raise NotFound(f"this app has no test device {quoted(device_id)}")
            uow.apps.remove_device(app_id, device_id)
            action = AuditAction.TEST_DEVICE_REMOVED
            uow.audit.add(entry(now, action, app_id=app_id, subject=found.name))
            return found

        removed = self._store.write(work)
        self._directory.refresh()
        return removed


def _checked(app: App, wanted: NewDevice) -> tuple[DeviceIdKind, str, str]:
    """Kind, value and name as they are stored; every problem is told at once."""
    problems: list[FieldProblem] = []
    allowed = KINDS_OF[app.platform]
    kind, value, name = allowed[0], "", ""
    try:
        name = require_name(wanted.name)
    except InvalidInput as exc:
        problems += exc.problems
    try:
        if wanted.kind not in allowed:
            raise InvalidInput(f"must be one of {', '.join(allowed)} for this app", field="kind")
        kind = DeviceIdKind(wanted.kind)
        value = normal_device_id(kind, wanted.value)
    except InvalidInput as exc:
        problems += exc.problems
    raise_problems(problems)
    return kind, value, name
