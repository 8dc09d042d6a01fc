"""Which installs are of a test device."""

from __future__ import annotations

import pytest

from appsprint.domain.app import Environment, Platform
from appsprint.domain.install import TestReason
from appsprint.domain.test_device import (
    DeviceIdKind,
    as_listed,
    best_key,
    device_keys,
    normal_device_id,
)
from appsprint.errors import InvalidInput
from appsprint.testing.builders import make_install
from tests.support.builders import GAID, IDFA

IPHONE = make_install(appsprint_id="Phone-1", advertising_id=IDFA, body='{"idfv":"0AFF-UPPER"}')
PIXEL = make_install(appsprint_id="p2", platform=Platform.ANDROID, advertising_id=GAID)


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        (DeviceIdKind.IDFA, f" {IDFA.upper()} "),
        (DeviceIdKind.IDFV, "0aff-UPPER"),
        (DeviceIdKind.APPSPRINT_ID, "Phone-1"),
    ],
)
def test_a_device_is_known_by_any_of_its_ids(kind: DeviceIdKind, typed: str) -> None:
    """However the letters were typed; the id that the SDK made counts exactly."""
    listed = {(kind, normal_device_id(kind, typed))}

    found = as_listed(IPHONE, listed)

    assert (found.environment, found.test_reason) == (Environment.TEST, TestReason.TEST_DEVICE)


@pytest.mark.parametrize(
    "listed",
    [
        set(),
        {(DeviceIdKind.GAID, IDFA)},
        {(DeviceIdKind.APPSPRINT_ID, "phone-1")},
    ],
)
def test_other_devices_stay_real(listed: set[tuple[DeviceIdKind, str]]) -> None:
    """An iPhone has no GAID, and ids of the SDK are told apart by case."""
    assert as_listed(IPHONE, listed) == IPHONE


def test_a_test_keeps_its_first_reason() -> None:
    """A listed device with a test key is a test for its key."""
    test = make_install(environment=Environment.TEST, test_reason=TestReason.API_KEY)

    assert as_listed(test, device_keys(test)) == test


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (DeviceIdKind.GAID, "not one"),
        (DeviceIdKind.IDFA, "00000000-0000-0000-0000-000000000000"),
        (DeviceIdKind.IDFV, " "),
        (DeviceIdKind.APPSPRINT_ID, "a" * 129),
        (DeviceIdKind.APPSPRINT_ID, "a\nb"),
    ],
)
def test_what_no_device_can_have_is_refused(kind: DeviceIdKind, value: str) -> None:
    """The all-zero id would make tests of everybody who declined tracking."""
    with pytest.raises(InvalidInput):
        normal_device_id(kind, value)


def test_a_device_is_best_listed_by_what_stays() -> None:
    """Clearing an app's data makes a new id of the SDK."""
    assert best_key(IPHONE) == (DeviceIdKind.IDFV, "0aff-upper")
    assert best_key(PIXEL) == (DeviceIdKind.GAID, GAID)
    assert best_key(make_install(appsprint_id="x")) == (DeviceIdKind.APPSPRINT_ID, "x")
