"""Test installs beside real ones: neither takes anything from the other."""

from __future__ import annotations

import pytest

from appsprint.domain.app import Environment
from appsprint.domain.install import Install
from appsprint.domain.likelihood import UnrelatedInstalls
from tests.support.control_plane import ControlPlane
from tests.support.intake import IntakeScene


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
