"""Settings, test devices: the list, the form, and an install that is put on it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from appsprint.domain.app import App, Environment
from appsprint.domain.install import TestReason
from appsprint.domain.test_device import DeviceIdKind
from appsprint.entrypoints.http.dashboard.install_view import TESTS
from appsprint.entrypoints.http.dashboard.test_devices import KINDS
from appsprint.testing.builders import make_install
from appsprint.testing.builders import put_install as put_whole_install
from tests.integration.dashboard.conftest import SignedIn
from tests.support.browser import Browser, text_of
from tests.support.control_plane import ControlPlane


@pytest.fixture
def place(app: App) -> str:
    """The page's address."""
    return f"/apps/{app.id}/settings/test-devices"


def test_every_kind_and_reason_has_words() -> None:
    """None is a test from before reasons were kept."""
    assert set(KINDS) == set(DeviceIdKind)
    assert set(TESTS) == {None, *TestReason}


def test_a_device_is_listed_and_removed(plane: ControlPlane, owner: Browser, place: str) -> None:
    """Each step is told, and is in the audit log."""
    page = owner.follow(owner.post(place, name="Anna's phone", kind="idfv", value="0AFF"))
    assert "Anna's phone is a test device" in text_of(page)
    assert "0aff" in text_of(page)
    [device] = plane.services.test_devices.list(plane.services.apps.list()[0].id)

    assert owner.post(place, name="Again", kind="idfv", value="0aff").status_code == 409
    assert owner.post(place, name="Wrong", kind="gaid", value="0aff").status_code == 422

    page = owner.follow(owner.post(f"{place}/{device.id}/remove"))
    assert "is no test device any more" in text_of(page)
    log = text_of(owner.get(place.replace("test-devices", "audit")))
    assert "Test device listed Anna's phone" in log
    assert "Test device taken from the list Anna's phone" in log


def test_an_installs_device_can_be_put_on_the_list(
    plane: ControlPlane, owner: Browser, sign_in: SignedIn, app: App, place: str
) -> None:
    """By the id that it keeps longest; viewers learn no id by it."""
    install = put_whole_install(plane.store, make_install(app_id=app.id, body='{"idfv":"0AFF"}'))
    address = f"{place}?install={install.id}"
    assert address in owner.get(f"/apps/{app.id}/installs/{install.id}").text

    assert 'value="0aff"' in owner.get(address).text
    assert "0aff" not in sign_in("viewer").get(address).text


@pytest.mark.parametrize("reason", [*TestReason, None])
def test_an_installs_page_tells_why_it_is_a_test(
    plane: ControlPlane, owner: Browser, app: App, reason: TestReason | None
) -> None:
    """And leads to the list when its device is on it."""
    install = replace(make_install(app_id=app.id), environment=Environment.TEST, test_reason=reason)
    put_whole_install(plane.store, install)

    page = owner.get(f"/apps/{app.id}/installs/{install.id}")

    assert f"A test: {TESTS[reason]}." in text_of(page)
    assert ("settings/test-devices" in page.text) is (reason is TestReason.TEST_DEVICE)
