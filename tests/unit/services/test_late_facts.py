"""Late facts: what becomes known after an install was decided."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from appsprint.adapters.spool.file import FileSpool
from appsprint.domain.app import Platform
from appsprint.domain.click import Click
from appsprint.domain.delivery import DeliveryStatus
from appsprint.domain.ids import IdPrefix, InstallId, first_id_at
from appsprint.domain.install import Install
from appsprint.services.clicks import SpoolReplay
from appsprint.testing.builders import HOUR, make_click, new_id
from tests.support.builders import GAID, IDFA, PIXEL_8
from tests.support.control_plane import NOON, ControlPlane
from tests.support.intake import IntakeScene, make_read_event

ORGANIC = ("registration", "organic")
GUESSED = ("registration", "ip_user_agent")
ELSEWHERE = "203.0.113.99"


@pytest.fixture
def scene(plane: ControlPlane) -> IntakeScene:
    """One connected Android app."""
    return IntakeScene(plane, platform="android")


def new_install(scene: IntakeScene, *, received_at: datetime = NOON, **changes: Any) -> Install:
    """A Pixel's registration that tells nothing exactly; its id sorts by its arrival."""
    first = first_id_at(IdPrefix.INSTALL, received_at)
    return scene.new_install(
        **{
            "id": InstallId(f"{first[:-16]}{new_id(IdPrefix.INSTALL)[-16:]}"),
            "received_at": received_at,
            "installed_at": received_at,
            "platform": Platform.ANDROID,
            "user_agent": PIXEL_8,
            "device_model": "Pixel 8",
            "os_version": "14",
            **changes,
        }
    )


def spooled(scene: IntakeScene, folder: Path, **changes: object) -> Click:
    """A click that the store could not take in time, and takes now."""
    click = make_click(
        **{  # type: ignore[arg-type]
            "app_id": scene.app.id,
            "link_id": scene.link.id,
            "occurred_at": NOON - HOUR / 2,
            "user_agent": PIXEL_8,
            **changes,
        }
    )
    spool = FileSpool(folder / "late")
    spool.append([click])
    late = scene.services.late_clicks
    SpoolReplay(store=scene.store, spool=spool, reconsider=late.reconsider).replay()
    return click


def credited(scene: IntakeScene, install: Install) -> str | None:
    """The click in force."""
    return scene.story(install).found.attribution.click_id


# Repeated registrations


def test_a_repeat_that_brings_plays_referrer_decides_again(scene: IntakeScene) -> None:
    """Play is slow to tell sometimes; the first decision stays as a version."""
    click = scene.click(client_ip=ELSEWHERE)
    install = new_install(scene)
    scene.register(install)

    scene.again(install, install_referrer=f"click_id={click.id}")

    assert scene.versions(install) == [ORGANIC, ("install_referrer", "install_referrer")]
    assert credited(scene, install) == click.id


def test_plays_times_come_with_a_late_referrer(scene: IntakeScene) -> None:
    """A click that was injected earns nothing this way either."""
    click = scene.click(client_ip=ELSEWHERE)
    install = new_install(scene)
    scene.register(install)

    times = {
        "referrerClickTimestamp": "2026-03-29T11:00:00Z",
        "referrerInstallBeginTimestamp": "2026-03-29T10:59:00Z",
    }
    scene.again(install, install_referrer=f"click_id={click.id}", body=json.dumps(times))

    explanation = json.loads(scene.story(install).found.attribution.explanation)
    assert scene.versions(install) == [ORGANIC, ("install_referrer", "organic")]
    assert [one["verdict"] for one in explanation["candidates"]] == ["after_install_began"]


def test_a_repeat_that_brings_an_advertising_id_decides_again(scene: IntakeScene) -> None:
    """Also from a click by address, which is weaker."""
    guessed = scene.click(user_agent=PIXEL_8)
    named = scene.click(client_ip=ELSEWHERE, advertising_id=GAID, occurred_at=NOON - 3 * HOUR)
    install = new_install(scene)
    scene.register(install)
    assert credited(scene, install) == guessed.id

    scene.again(install, advertising_id=GAID)

    assert scene.versions(install) == [GUESSED, ("advertising_id", "gaid")]
    assert credited(scene, install) == named.id


def test_a_repeat_that_brings_a_click_id_decides_again(scene: IntakeScene) -> None:
    """The app may learn it late."""
    click = scene.click(client_ip=ELSEWHERE)
    install = new_install(scene)
    scene.register(install)

    scene.again(install, given_click_id=click.id)

    assert scene.versions(install) == [ORGANIC, ("click_id", "click_id")]


def test_a_repeat_changes_nothing_that_the_first_one_told(scene: IntakeScene) -> None:
    """A referrer that names another click the second time is not believed."""
    first, second = scene.click(client_ip=ELSEWHERE), scene.click(client_ip=ELSEWHERE)
    install = scene.new_install(
        platform=Platform.ANDROID, install_referrer=f"click_id={first.id}", advertising_id=GAID
    )
    scene.register(install)

    scene.again(install, install_referrer=f"click_id={second.id}", advertising_id=IDFA)

    assert scene.versions(install) == [("registration", "install_referrer")]


def test_a_repeat_changes_nothing_that_an_earlier_one_told(scene: IntakeScene) -> None:
    """The first that is told counts, whenever that was."""
    first = scene.click(client_ip=ELSEWHERE)
    install = scene.new_install(platform=Platform.ANDROID, client_ip=ELSEWHERE, address_key=None)
    scene.register(install)
    scene.again(
        install,
        install_referrer=f"click_id={first.id}",
        given_click_id=first.id,
        advertising_id=GAID,
    )

    scene.again(
        install, install_referrer="click_id=other", given_click_id="other", advertising_id=IDFA
    )

    told = scene.store.read(lambda uow: uow.installs.identifiers(scene.app.id, install.id))
    assert set(told.values()) == {f"click_id={first.id}", first.id, GAID}


def test_the_same_evidence_again_makes_no_version(scene: IntakeScene) -> None:
    """SDKs repeat themselves."""
    click = scene.click(client_ip=ELSEWHERE)
    install = new_install(scene)
    scene.register(install)
    for _ in range(3):
        scene.again(install, install_referrer=f"click_id={click.id}")

    assert len(scene.versions(install)) == 2


def test_stronger_evidence_for_the_same_click_is_a_version(scene: IntakeScene) -> None:
    """The credit stays, and is certain now; what was sent for it goes on."""
    click = scene.click(user_agent=PIXEL_8)
    install = new_install(scene)
    scene.register(install)
    scene.record([make_read_event(install.appsprint_id)])

    scene.again(install, install_referrer=f"click_id={click.id}")

    assert scene.versions(install) == [GUESSED, ("install_referrer", "install_referrer")]
    assert credited(scene, install) == click.id
    assert [one.status for one in scene.deliveries()] == [DeliveryStatus.PENDING]
    assert scene.ledger().is_balanced


# The grace period


def test_after_a_day_credit_stays_where_it_is(scene: IntakeScene) -> None:
    """The report of a day does not change for ever."""
    scene.click(user_agent=PIXEL_8)
    named = scene.click(client_ip=ELSEWHERE)
    installs = [new_install(scene), new_install(scene)]
    scene.register(installs[0])
    assert scene.versions(installs[0]) == [GUESSED]

    scene.plane.clock.advance(timedelta(hours=24, milliseconds=1))
    scene.again(installs[0], install_referrer=f"click_id={named.id}")

    assert scene.versions(installs[0]) == [GUESSED]


def test_at_the_last_instant_of_the_day_it_goes_over(scene: IntakeScene) -> None:
    """The end is included."""
    scene.click(user_agent=PIXEL_8)
    named = scene.click(client_ip=ELSEWHERE)
    install = new_install(scene)
    scene.register(install)

    scene.plane.clock.advance(timedelta(hours=24))
    scene.again(install, install_referrer=f"click_id={named.id}")

    assert credited(scene, install) == named.id


def test_an_organic_install_gains_exact_credit_after_that_too(scene: IntakeScene) -> None:
    """People allow tracking when they know an app."""
    named = scene.click(client_ip=ELSEWHERE, advertising_id=GAID)
    install = new_install(scene)
    scene.register(install)

    scene.plane.clock.advance(timedelta(days=9))
    scene.again(install, advertising_id=GAID)

    assert credited(scene, install) == named.id


# Clicks that were stored late


@pytest.mark.parametrize("kind", ["referrer", "given", "advertising_id", "address"])
def test_a_click_that_waited_in_the_spool_earns_the_install_that_it_led_to(
    scene: IntakeScene, tmp_path: Path, kind: str
) -> None:
    """By whatever evidence ties them; events that waited for the credit go out."""
    click_id = "clk_waited"
    install = new_install(
        scene,
        install_referrer=f"click_id={click_id}" if kind == "referrer" else None,
        given_click_id=click_id if kind == "given" else None,
        advertising_id=GAID,
    )
    scene.register(install)
    scene.record([make_read_event(install.appsprint_id)])

    spooled(
        scene,
        tmp_path,
        id=click_id,
        advertising_id=GAID if kind == "advertising_id" else None,
        client_ip=install.client_ip if kind == "address" else ELSEWHERE,
    )

    assert scene.versions(install)[0] == ORGANIC
    assert [cause for cause, _ in scene.versions(install)] == ["registration", "late_click"]
    assert credited(scene, install) == click_id
    assert [one.status for one in scene.deliveries()] == [DeliveryStatus.PENDING]
    assert scene.ledger().is_balanced


def test_of_equal_clicks_the_last_one_wins_also_when_it_was_stored_late(
    scene: IntakeScene, tmp_path: Path
) -> None:
    """The store was away, not the person; what was not sent yet tells of the new click."""
    early = scene.click(user_agent=PIXEL_8)
    install = new_install(scene)
    scene.register(install)
    scene.record([make_read_event(install.appsprint_id)])
    assert credited(scene, install) == early.id

    late = spooled(scene, tmp_path)

    assert credited(scene, install) == late.id
    assert [one.status for one in scene.deliveries()] == [DeliveryStatus.PENDING]


def test_an_earlier_click_that_was_stored_late_takes_nothing(
    scene: IntakeScene, tmp_path: Path
) -> None:
    """It would not have won in time either."""
    early = scene.click(user_agent=PIXEL_8)
    install = new_install(scene)
    scene.register(install)

    spooled(scene, tmp_path, occurred_at=NOON - 2 * HOUR)

    assert credited(scene, install) == early.id
    assert scene.versions(install) == [GUESSED]


def test_a_late_click_leaves_others_alone(scene: IntakeScene, tmp_path: Path) -> None:
    """Installs that it cannot have led to are not decided again, nor those from before it."""
    elsewhere = new_install(scene, client_ip=ELSEWHERE, address_key=ELSEWHERE)
    before = new_install(scene, received_at=NOON - 2 * HOUR)
    for install in (elsewhere, before):
        scene.register(install)

    spooled(scene, tmp_path)

    assert [scene.versions(one) for one in (elsewhere, before)] == [[ORGANIC], [ORGANIC]]


def test_one_late_click_earns_one_install(scene: IntakeScene, tmp_path: Path) -> None:
    """Of two phones of one home, whichever the rule finds first."""
    installs = [new_install(scene), new_install(scene)]
    for install in installs:
        scene.register(install)

    spooled(scene, tmp_path)

    assert len([one for one in installs if credited(scene, one)]) == 1


def test_replaying_a_spool_twice_changes_nothing_more(scene: IntakeScene, tmp_path: Path) -> None:
    """A crash between storing and dropping gives the same clicks again."""
    install = new_install(scene)
    scene.register(install)
    click = spooled(scene, tmp_path)
    known = scene.versions(install)

    scene.services.late_clicks.reconsider([click])

    assert scene.versions(install) == known
