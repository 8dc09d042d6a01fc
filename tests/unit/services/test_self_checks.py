"""The live self-check: kept when an install is decided, summed by week, erased with the person."""

from __future__ import annotations

import pytest

from appsprint.domain.app import Environment, Platform
from appsprint.domain.ids import AppId
from appsprint.domain.install import Install
from appsprint.domain.privacy import DataSubject
from appsprint.errors import NotFound
from appsprint.testing.builders import HOUR
from tests.support.builders import PIXEL_8
from tests.support.control_plane import ControlPlane
from tests.support.intake import IntakeScene


@pytest.fixture
def scene(plane: ControlPlane) -> IntakeScene:
    """One connected app."""
    return IntakeScene(plane)


def named_by_play(scene: IntakeScene, **changes: object) -> Install:
    """Register an install whose referrer names a click of its own phone."""
    click = scene.click(user_agent=PIXEL_8)
    install = scene.new_install(
        platform=Platform.ANDROID,
        os_version="14",
        device_model="Pixel 8",
        install_referrer=f"click_id={click.id}",
        **changes,
    )
    found = scene.register(install).found
    assert found.attribution.match_type == "install_referrer"
    return install


def checked(scene: IntakeScene) -> list[int]:
    """How many were checked, by week."""
    return [one.checked for one in scene.services.self_checks.weeks(scene.app.id)]


def test_an_install_that_play_names_is_checked(scene: IntakeScene) -> None:
    """Test installs, and installs without Play's word, are not."""
    named_by_play(scene)
    named_by_play(scene, environment=Environment.TEST)
    scene.register(scene.new_install())

    assert checked(scene) == [1]


def test_the_check_goes_with_the_person(scene: IntakeScene) -> None:
    """Erasing leaves nothing of it."""
    install = named_by_play(scene)

    scene.services.privacy.erase(scene.app.id, DataSubject(appsprint_id=install.appsprint_id))

    assert checked(scene) == []


def test_old_weeks_are_left_out(scene: IntakeScene) -> None:
    """Only the last ones are asked for; an unknown app is told."""
    named_by_play(scene)
    scene.plane.clock.advance(8 * 24 * HOUR)

    assert checked(scene) == [1]
    assert scene.services.self_checks.weeks(scene.app.id, amount=1) == []
    with pytest.raises(NotFound):
        scene.services.self_checks.weeks(AppId("app_none"))
