"""Reinstalls as they are registered: decided, counted, explained, and not told as new installs."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from appsprint.domain.app import Environment
from appsprint.domain.delivery import NotEligibleReason
from appsprint.domain.install import Install
from appsprint.domain.report_query import ReportQuery
from appsprint.ports.installs import Attribution, InstallFilter
from appsprint.services.apps import AppChanges
from tests.support.builders import IDFA
from tests.support.control_plane import NOON, ControlPlane
from tests.support.intake import IntakeScene, make_read_event

DAY = timedelta(days=1)
IDFV = "0AFF3B9C-0000-4000-8000-00000000000F"


@pytest.fixture
def scene(plane: ControlPlane) -> IntakeScene:
    """One connected app that tells TikTok of installs."""
    scene = IntakeScene(plane)
    scene.map({"install": "CompleteRegistration"})
    return scene


def install_of(scene: IntakeScene, *, days_ago: int = 0, idfv: str | None = IDFV) -> Install:
    """An install of the same phone under a new id of the SDK."""
    at = NOON - days_ago * DAY
    body = json.dumps({} if idfv is None else {"idfv": idfv})
    return scene.new_install(installed_at=at, received_at=at, body=body)


def decided(scene: IntakeScene, install: Install) -> Attribution:
    """The decision in force."""
    return scene.services.installs.get(scene.app.id, install.id)[0].attribution


def note_idfa(scene: IntakeScene, install: Install, value: str = IDFA) -> bool:
    """Tell the advertising id of an install."""
    intake = scene.services.install_intake
    return scene.store.write(
        lambda uow: intake.note_idfa(uow, scene.app, install.appsprint_id, value)
    )


def counted(scene: IntakeScene) -> tuple[int, int]:
    """Installs and reinstalls of the report's totals."""
    totals = scene.services.reports.campaigns(scene.app.id, ReportQuery()).totals
    return totals.attributed_installs, totals.reinstalls


def test_a_reinstall_is_told_with_the_install_before_it(scene: IntakeScene) -> None:
    """In the decision and in words."""
    first, second = install_of(scene, days_ago=12), install_of(scene)
    scene.register(first)

    scene.register(second)

    assert not decided(scene, first).is_reinstall
    found = decided(scene, second)
    assert (found.is_reinstall, found.earlier_install_id) == (True, first.id)
    assert json.loads(found.explanation)["reinstall"] == {
        "by": "idfv",
        "earlier_install_id": first.id,
        "seconds_since_earlier": 12 * 86_400,
        "words": "Reinstall: the same id of the device for the vendor (idfv) had the app "
        "12 days earlier.",
    }


def test_the_click_that_led_to_a_reinstall_is_credited(scene: IntakeScene) -> None:
    """By the ordinary rule; it counts as a reinstall of the campaign and not as an install."""
    scene.register(install_of(scene, days_ago=12))
    click, again = scene.click(), install_of(scene)

    scene.register(again)

    assert (decided(scene, again).click_id, counted(scene)) == (click.id, (0, 1))
    assert scene.services.links.get(scene.app.id, scene.link.id).counts.installs == 0


def test_a_reinstall_is_not_told_as_an_install(scene: IntakeScene) -> None:
    """Its install event is skipped with the reason; what happens in the app is sent."""
    scene.register(install_of(scene, days_ago=12))
    scene.click()
    again = install_of(scene)

    scene.register(again)
    scene.record([make_read_event(again.appsprint_id)])

    install_event = next(one for one in scene.events() if one.event.event_id == again.id)
    assert install_event.event.skip_reason == NotEligibleReason.REINSTALL
    assert [one.sdk_event for one in scene.deliveries()] == ["purchase"]
    assert scene.ledger().is_balanced


def test_a_repeated_registration_is_never_a_reinstall(scene: IntakeScene) -> None:
    """SDKs register the same install again and again."""
    install = install_of(scene)
    scene.register(install)

    scene.register(replace(install, id=install_of(scene).id))

    [found] = scene.services.installs.page(scene.app.id, InstallFilter(), after=None, limit=9)
    assert not found.attribution.is_reinstall


def test_the_window_is_the_apps(scene: IntakeScene) -> None:
    """Twelve days after an install a person is new again where ten are the window."""
    scene.register(install_of(scene, days_ago=12))
    changes = AppChanges(reattribution_days=10)
    scene.app = scene.services.apps.update(scene.app.id, changes)
    again = install_of(scene)

    scene.register(again)

    assert not decided(scene, again).is_reinstall


def test_who_comes_back_often_stays_a_reinstall(scene: IntakeScene) -> None:
    """Reinstalls count as earlier installs, however long ago the first one was."""
    first, second, third = (install_of(scene, days_ago=days) for days in (120, 60, 0))
    for install in (first, second, third):
        scene.register(install)

    earlier = [decided(scene, install).earlier_install_id for install in (first, second, third)]
    assert earlier == [None, first.id, second.id]


def test_an_idfa_that_is_told_later_shows_a_reinstall(scene: IntakeScene) -> None:
    """As a new version; once the device has insisted that the id is its own."""
    first, second = install_of(scene, days_ago=12, idfv=None), install_of(scene, idfv=None)
    scene.register(first)
    note_idfa(scene, first)
    scene.register(second)

    assert [note_idfa(scene, second), note_idfa(scene, second)] == [False, True]

    found = decided(scene, second)
    assert (found.version, found.earlier_install_id) == (2, first.id)


def test_a_credited_install_keeps_its_click_when_it_turns_out_a_reinstall(
    scene: IntakeScene,
) -> None:
    """Reports move it from the installs to the reinstalls."""
    first, second = install_of(scene, days_ago=12, idfv=None), install_of(scene, idfv=None)
    scene.register(first, idfa=IDFA)
    click = scene.click()
    scene.register(second)
    assert counted(scene) == (1, 0)

    note_idfa(scene, second)
    note_idfa(scene, second)

    found = decided(scene, second)
    assert (found.version, found.is_reinstall, found.click_id) == (2, True, click.id)
    assert counted(scene) == (0, 1)


def test_an_install_event_that_was_told_stays_told(scene: IntakeScene) -> None:
    """That it was a reinstall became known too late."""
    first, second = install_of(scene, days_ago=12, idfv=None), install_of(scene, idfv=None)
    scene.register(first, idfa=IDFA)
    scene.click()
    scene.register(second)
    told = scene.deliveries()

    note_idfa(scene, second)
    note_idfa(scene, second)

    assert decided(scene, second).is_reinstall
    assert scene.deliveries() == told
    assert [one.event_id for one in told] == [second.id]


def test_a_later_install_makes_no_earlier_one_a_reinstall(scene: IntakeScene) -> None:
    """An install is judged by what was stored before it, also when its id becomes known late."""
    first, second = install_of(scene, days_ago=12, idfv=None), install_of(scene, idfv=None)
    scene.register(first)
    scene.register(second, idfa=IDFA)

    note_idfa(scene, first)
    note_idfa(scene, first)

    assert not decided(scene, first).is_reinstall


def test_only_the_sdk_may_know_of_the_earlier_install(scene: IntakeScene) -> None:
    """Then none is named."""
    install = scene.new_install(body='{"installType":"reinstall"}')
    scene.register(install)

    found = decided(scene, install)
    assert (found.is_reinstall, found.earlier_install_id) == (True, None)
    assert json.loads(found.explanation)["reinstall"]["words"] == (
        "Reinstall: the SDK says that the app was on the device before."
    )


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param(Environment.TEST, Environment.LIVE, id="a test before"),
        pytest.param(Environment.LIVE, Environment.TEST, id="a test after"),
    ],
)
def test_tests_and_real_use_know_nothing_of_each_other(
    scene: IntakeScene, first: Environment, second: Environment
) -> None:
    """Trying an app does not make its tester's real install a reinstall, nor the other way."""
    scene.register(replace(install_of(scene, days_ago=12), environment=first))
    again = replace(install_of(scene), environment=second)

    scene.register(again)

    assert not decided(scene, again).is_reinstall


@pytest.mark.parametrize("is_reinstall", [True, False])
def test_installs_can_be_listed_by_it(scene: IntakeScene, is_reinstall: bool) -> None:
    """Reinstalls alone, or new ones alone."""
    first, second = install_of(scene, days_ago=12), install_of(scene)
    scene.register(first)
    scene.register(second)

    wanted = InstallFilter(is_reinstall=is_reinstall)
    found = scene.services.installs.page(scene.app.id, wanted, after=None, limit=9)

    assert [one.install.id for one in found] == [second.id if is_reinstall else first.id]
