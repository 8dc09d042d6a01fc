"""Test installs beside real ones: neither takes anything from the other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from appsprint.domain.app import Environment
from appsprint.domain.ids import DeviceId
from appsprint.domain.install import Install, TestReason
from appsprint.domain.likelihood import UnrelatedInstalls
from appsprint.domain.privacy import DataSubject
from appsprint.domain.test_device import DeviceIdKind, ListedDevice
from appsprint.errors import Conflict, InvalidInput, NotFound
from appsprint.services.test_devices import MAX_DEVICES, NewDevice
from tests.support.builders import IDFA
from tests.support.control_plane import NOON, ControlPlane
from tests.support.intake import IntakeScene, make_read_event


@pytest.fixture
def scene(plane: ControlPlane) -> IntakeScene:
    """One connected app."""
    return IntakeScene(plane)


def tried_install(scene: IntakeScene) -> Install:
    """One that came with a test key, from the address of everybody else."""
    return scene.new_install(environment=Environment.TEST)


@pytest.mark.parametrize("is_test_first", [True, False])
def test_a_test_install_uses_up_no_click(scene: IntakeScene, is_test_first: bool) -> None:
    """Whoever comes first, both are credited with the one click."""
    click = scene.click()
    installs = [tried_install(scene), scene.new_install()]
    for install in installs if is_test_first else reversed(installs):
        scene.register(install)

    found = [scene.services.installs.get(scene.app.id, one.id)[0] for one in installs]

    assert [one.attribution.click_id for one in found] == [click.id, click.id]
    assert scene.services.links.get(scene.app.id, scene.link.id).counts.installs == 1


def test_a_test_click_earns_one_test_install(scene: IntakeScene) -> None:
    """Tests follow the rules too."""
    scene.click()

    earned = [scene.register(tried_install(scene)).found.attribution for _ in range(2)]

    assert [one.is_attributed for one in earned] == [True, False]


def test_tests_teach_nothing(scene: IntakeScene) -> None:
    """Trying an app all day at one's desk makes the desk's address no crowd."""
    scene.register(tried_install(scene))

    known = scene.store.read(lambda uow: uow.installs.unrelated(scene.app.id))

    assert known == UnrelatedInstalls()


# Test devices


def list_device(scene: IntakeScene, **changes: str) -> ListedDevice:
    """Put a phone on the list."""
    wanted = {"kind": "idfv", "value": "PHONE-1", "name": "Anna's phone", **changes}
    return scene.services.test_devices.add(scene.app.id, NewDevice(**wanted))


def phone(scene: IntakeScene) -> Install:
    """A live install of that phone."""
    return scene.new_install(body='{"idfv":"phone-1"}')


def test_a_listed_device_installs_as_a_test(scene: IntakeScene) -> None:
    """Its events too, whatever key they come with; nothing is told to the network."""
    scene.map({"install": "Install"})
    list_device(scene)
    scene.click()
    install = phone(scene)

    found = scene.register(install).found
    scene.record([make_read_event(install.appsprint_id)])

    assert found.install.test_reason is TestReason.TEST_DEVICE
    assert found.attribution.is_test
    assert found.attribution.is_attributed
    assert {one.event.environment for one in scene.events()} == {Environment.TEST}
    assert scene.deliveries() == []


def test_a_listed_device_is_always_new(scene: IntakeScene) -> None:
    """However often it installs; nor is a real install a reinstall because of its tests."""
    device = list_device(scene)
    tests = [scene.register(phone(scene)).found.attribution for _ in range(2)]

    scene.services.test_devices.remove(scene.app.id, device.id)
    real = scene.register(phone(scene)).found

    assert [one.is_reinstall for one in tests] == [False, False]
    assert not real.attribution.is_reinstall
    assert real.install.environment is Environment.LIVE


def test_events_of_a_device_that_was_listed_later_are_tests(scene: IntakeScene) -> None:
    """Its install stays what it was, and counts."""
    install = phone(scene)
    scene.register(install)
    list_device(scene)

    scene.record([make_read_event(install.appsprint_id)])

    [purchase] = scene.events()
    assert purchase.event.is_test
    assert scene.services.installs.get(scene.app.id, install.id)[0].install.test_reason is None


def test_an_idfa_that_is_told_later_makes_no_test(scene: IntakeScene) -> None:
    """The install was counted already; the device's events are tests from then on."""
    list_device(scene, kind="idfa", value=IDFA)
    install = phone(scene)
    scene.register(install)
    intake = scene.services.install_intake

    scene.store.write(lambda uow: intake.note_idfa(uow, scene.app, install.appsprint_id, IDFA))

    found = scene.services.installs.get(scene.app.id, install.id)[0]
    assert (found.install.test_reason, found.attribution.is_test) == (None, False)


def test_a_device_is_listed_once(scene: IntakeScene) -> None:
    """And only under an id that the app's platform has; what is wrong is told at once."""
    made = list_device(scene)
    assert scene.services.test_devices.list(scene.app.id) == [made]

    with pytest.raises(Conflict):
        list_device(scene, value="phone-1")
    with pytest.raises(InvalidInput) as told:
        list_device(scene, kind="gaid", name=" ")
    assert {one.field for one in told.value.problems} == {"kind", "name"}


def test_an_unknown_test_device_cannot_be_removed(scene: IntakeScene) -> None:
    """It is told."""
    with pytest.raises(NotFound):
        scene.services.test_devices.remove(scene.app.id, DeviceId("dev_none"))


def test_a_list_has_an_end(scene: IntakeScene) -> None:
    """It is kept in memory."""
    for number in range(MAX_DEVICES):
        device = ListedDevice(
            id=DeviceId(f"dev_{number}"),
            app_id=scene.app.id,
            kind=DeviceIdKind.IDFV,
            value=f"phone-{number}",
            name="x",
            created_at=NOON,
        )
        scene.store.write(lambda uow, device=device: uow.apps.add_device(device))  # type: ignore[misc]

    with pytest.raises(Conflict):
        list_device(scene, value="one more")


def test_erasing_a_person_takes_the_device_from_the_list(scene: IntakeScene) -> None:
    """Whichever id it was listed by."""
    install = replace(phone(scene), advertising_id=IDFA)
    list_device(scene)
    list_device(scene, kind="idfa", value=IDFA)
    list_device(scene, kind="appsprint_id", value=install.appsprint_id)
    other = list_device(scene, value="phone-2")
    scene.register(install)

    subject = DataSubject(appsprint_id=install.appsprint_id)
    scene.services.privacy.erase(scene.app.id, subject)

    assert scene.services.test_devices.list(scene.app.id) == [other]
