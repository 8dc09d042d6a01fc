"""Devices whose installs are tests: a list per app, by ids that the SDK tells."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from appsprint.domain.app import Environment, Platform
from appsprint.domain.click import normal_advertising_id
from appsprint.domain.ids import AppId, DeviceId
from appsprint.domain.install import Install, TestReason
from appsprint.domain.reinstall import idfv_of
from appsprint.errors import InvalidInput

MAX_DEVICE_ID_LENGTH = 128


class DeviceIdKind(StrEnum):
    """By which id a device is known.

    A customer's id is not among them: it is told after the install was registered and counted.
    """

    GAID = "gaid"
    IDFA = "idfa"
    IDFV = "idfv"
    APPSPRINT_ID = "appsprint_id"


# What an app of a platform can hear of.
KINDS_OF = {
    Platform.ANDROID: (DeviceIdKind.GAID, DeviceIdKind.APPSPRINT_ID),
    Platform.IOS: (DeviceIdKind.IDFV, DeviceIdKind.IDFA, DeviceIdKind.APPSPRINT_ID),
}
# A kind and a value in its normal form.
DeviceKey = tuple[DeviceIdKind, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedDevice:
    """A test device of one app.

    Attributes:
        value: The id in its normal form: in lower case, but an ``appsprint_id`` as it is.
        name: What people call the device.
    """

    id: DeviceId
    app_id: AppId
    kind: DeviceIdKind
    value: str
    name: str
    created_at: datetime

    @property
    def key(self) -> DeviceKey:
        """What installs are compared with."""
        return self.kind, self.value


def normal_device_id(kind: DeviceIdKind, value: str) -> str:
    """The id in the form in which installs are compared with it.

    Raises:
        InvalidInput: No device can have it.
    """
    text = value.strip()
    if kind in {DeviceIdKind.GAID, DeviceIdKind.IDFA}:
        found = normal_advertising_id(text)
        if found is None:
            raise InvalidInput("must be an advertising id, not all zero", field="value")
        return found
    if not 0 < len(text) <= MAX_DEVICE_ID_LENGTH or not text.isprintable():
        message = f"must be 1 to {MAX_DEVICE_ID_LENGTH} printable characters"
        raise InvalidInput(message, field="value")
    return text.lower() if kind is DeviceIdKind.IDFV else text


def device_keys(install: Install) -> frozenset[DeviceKey]:
    """Every id by which an install's device can be on the list."""
    is_ios = install.platform is Platform.IOS
    advertising = DeviceIdKind.IDFA if is_ios else DeviceIdKind.GAID
    told = {
        DeviceIdKind.APPSPRINT_ID: install.appsprint_id,
        advertising: install.advertising_id,
        DeviceIdKind.IDFV: idfv_of(install),
    }
    return frozenset((kind, value) for kind, value in told.items() if value)


def best_key(install: Install) -> DeviceKey:
    """The id that a device keeps longest, to list it by."""
    told = dict(device_keys(install))
    return next((kind, told[kind]) for kind in KINDS_OF[install.platform] if kind in told)


def is_listed(install: Install, listed: Collection[DeviceKey]) -> bool:
    """Whether an install's device is a test device."""
    return bool(listed) and not device_keys(install).isdisjoint(listed)


def as_listed(install: Install, listed: Collection[DeviceKey]) -> Install:
    """The install as it is registered: a test when its device is listed."""
    if install.environment is Environment.TEST or not is_listed(install, listed):
        return install
    return replace(install, environment=Environment.TEST, test_reason=TestReason.TEST_DEVICE)
