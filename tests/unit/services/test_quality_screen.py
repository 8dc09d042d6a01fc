"""What an app's quality rules do to an install when it is decided."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from appsprint.domain.app import Environment, Platform
from appsprint.domain.delivery import DeliveryStatus
from appsprint.domain.install import Install
from appsprint.domain.link import AdNetwork
from appsprint.domain.quality_rules import (
    Consequence,
    QualityRule,
    QualityRules,
    RuleSetting,
    default_setting,
)
from appsprint.domain.shared_network import SharedNetworks
from appsprint.ports.installs import Attribution
from appsprint.services.attribution import decide_install
from tests.support.builders import IDFA
from tests.support.control_plane import NOON, ControlPlane
from tests.support.intake import IntakeScene, make_read_event

EMULATOR = {"device_model": "arm64", "body": '{"deviceHardware":"ranchu"}'}
SECOND = timedelta(seconds=1)


@pytest.fixture
def scene(plane: ControlPlane) -> IntakeScene:
    """One connected app."""
    return IntakeScene(plane)


def wants(scene: IntakeScene, rule: QualityRule, consequence: Consequence, **limits: int) -> None:
    """Set one rule of the app."""
    thresholds = {**default_setting(rule).thresholds, **limits}
    rules = QualityRules({rule: RuleSetting(consequence, thresholds)})
    scene.store.write(lambda uow: uow.quality.save_rules(scene.app.id, rules, at=NOON))


def emulated(scene: IntakeScene) -> Install:
    """An install on an emulator that a click led to, not registered yet."""
    scene.click()
    return scene.new_install(**EMULATOR)


def decision(scene: IntakeScene, install: Install) -> Attribution:
    """What is stored once the install is registered."""
    return scene.register(install).found.attribution


def test_by_default_a_finding_is_a_mark_and_nothing_else(scene: IntakeScene) -> None:
    """The install keeps its click, and its events go out."""
    install = emulated(scene)
    found = decision(scene, install)
    scene.record([make_read_event(install.appsprint_id)])

    assert found.is_attributed
    assert (found.tags, found.rejected_for, found.withheld_for) == (("emulator",), None, None)
    assert [one.status for one in scene.deliveries()] == [DeliveryStatus.PENDING]


def test_an_install_that_no_rule_finds_is_stored_as_ever(scene: IntakeScene) -> None:
    """No tags, and no word of quality in the explanation."""
    scene.click()
    found = decision(scene, scene.new_install())

    assert found.is_attributed
    assert found.tags == ()
    assert "quality" not in json.loads(found.explanation)


def test_no_postback_keeps_the_events_from_the_network(scene: IntakeScene) -> None:
    """The click keeps its install; the install's own event is kept back too."""
    wants(scene, QualityRule.EMULATOR, Consequence.NO_POSTBACK)
    scene.map({"install": "Download"})
    install = emulated(scene)
    found = decision(scene, install)
    scene.record([make_read_event(install.appsprint_id)])

    assert (found.is_attributed, found.withheld_for) == (True, "emulator")
    assert {(one.sdk_event, one.status, one.reason) for one in scene.deliveries()} == {
        ("install", DeliveryStatus.SKIPPED, "quality:emulator"),
        ("purchase", DeliveryStatus.SKIPPED, "quality:emulator"),
    }


def test_no_credit_takes_the_click_away(scene: IntakeScene) -> None:
    """The decision says which rule, names nothing of the ad, and tells the refused click."""
    wants(scene, QualityRule.EMULATOR, Consequence.NO_CREDIT)
    found = decision(scene, emulated(scene))
    told = json.loads(found.explanation)

    assert not found.is_attributed
    assert (found.match_type, found.confidence) == ("organic", 0.0)
    assert (found.reason, found.rejected_for) == ("quality:emulator", "emulator")
    assert (found.link_id, found.network, found.campaign_id) == (None, None, None)
    assert told["words"].startswith("Not credited, by the quality rule “Emulator”: the device")
    assert [one["verdict"] for one in told["candidates"]] == ["refused_by_quality_rule"]
    assert [one["rule"] for one in told["quality"]] == ["emulator"]


def test_a_refused_click_can_earn_another_install(scene: IntakeScene) -> None:
    """The real phone at the same address gets the credit that the emulator did not."""
    wants(scene, QualityRule.EMULATOR, Consequence.NO_CREDIT)
    assert not decision(scene, emulated(scene)).is_attributed

    assert decision(scene, scene.new_install()).is_attributed


def test_events_of_a_refused_install_are_those_of_an_organic_one(scene: IntakeScene) -> None:
    """They are stored, and no delivery is made."""
    wants(scene, QualityRule.EMULATOR, Consequence.NO_CREDIT)
    install = emulated(scene)
    decision(scene, install)
    scene.record([make_read_event(install.appsprint_id)])

    assert scene.deliveries() == []
    assert [one.event.skip_reason for one in scene.events()] == ["not_attributed"]


def test_a_refused_install_is_refused_again(scene: IntakeScene) -> None:
    """A later fact is a second decision, and the rule holds for it too."""
    wants(scene, QualityRule.EMULATOR, Consequence.NO_CREDIT)
    scene.click(advertising_id=IDFA)
    install = scene.new_install(**EMULATOR)
    decision(scene, install)
    intake = scene.services.install_intake
    scene.store.write(lambda uow: intake.note_idfa(uow, scene.app, install.appsprint_id, IDFA))

    found, _ = scene.services.installs.get(scene.app.id, install.id)
    assert (found.attribution.version, found.attribution.rejected_for) == (2, "emulator")


def test_an_organic_install_is_marked_and_not_refused(scene: IntakeScene) -> None:
    """There was no credit to refuse."""
    wants(scene, QualityRule.EMULATOR, Consequence.NO_CREDIT)
    found = decision(scene, scene.new_install(**EMULATOR))

    assert (found.tags, found.rejected_for) == (("emulator",), None)
    assert found.reason == "no_candidate"


def test_test_installs_are_not_judged(scene: IntakeScene) -> None:
    """Developers may use emulators."""
    wants(scene, QualityRule.EMULATOR, Consequence.NO_CREDIT)
    scene.click()
    found = decision(scene, scene.new_install(environment=Environment.TEST, **EMULATOR))

    assert found.tags == ()


def test_an_install_at_once_after_its_click_is_too_fast(scene: IntakeScene) -> None:
    """Both times are of our clock, so a phone's wrong clock is never taken for it."""
    scene.click(occurred_at=NOON - 9 * SECOND)
    assert decision(scene, scene.new_install()).tags == ("too_fast",)

    scene.click(occurred_at=NOON - 10 * SECOND, client_ip="203.0.113.8", address_key="203.0.113.8")
    slower = scene.new_install(client_ip="203.0.113.8", address_key="203.0.113.8")
    assert decision(scene, slower).tags == ()


def test_clicks_of_the_address_are_counted_over_an_hour(scene: IntakeScene) -> None:
    """One click fewer is no flood, and older ones do not count."""
    wants(scene, QualityRule.ADDRESS_FLOOD, Consequence.TAG, clicks=3)
    scene.click(occurred_at=NOON - timedelta(hours=3))
    scene.click(occurred_at=NOON - timedelta(minutes=90))
    scene.click()
    assert decision(scene, scene.new_install()).tags == ()

    scene.click()
    assert decision(scene, scene.new_install()).tags == ("address_flood",)


def test_a_links_hour_and_yield_make_a_flood(scene: IntakeScene) -> None:
    """Many clicks in the hour and hardly any install of all of them."""
    wants(scene, QualityRule.LINK_FLOOD, Consequence.TAG, clicks=10, clicks_per_install=10)
    for number in range(10):
        address = f"203.0.113.{100 + number}"
        scene.click(client_ip=address, address_key=address)
    address = "203.0.113.100"
    install = scene.new_install(client_ip=address, address_key=address)

    assert decision(scene, install).tags == ("link_flood",)


def test_a_link_whose_installs_all_come_late_is_odd(scene: IntakeScene) -> None:
    """The install that is judged is not among those that tell."""
    wants(scene, QualityRule.ODD_DELAYS, Consequence.TAG, installs=10, minutes=59)
    tags = []
    for number in range(11):
        address = f"203.0.113.{100 + number}"
        scene.click(client_ip=address, address_key=address)
        at = NOON + number * SECOND
        install = scene.new_install(client_ip=address, address_key=address, received_at=at)
        tags.append(decision(scene, install).tags)

    assert tags == [()] * 10 + [("odd_delays",)]


def test_installs_of_one_device_are_counted(scene: IntakeScene) -> None:
    """By its advertising id, within the rule's days."""
    wants(scene, QualityRule.REPEATED_INSTALLS, Consequence.TAG, installs=3, days=30)
    days = (60, 20, 10, 0)
    installs = [
        scene.new_install(advertising_id=IDFA, installed_at=NOON - timedelta(days=ago))
        for ago in days
    ]

    assert [decision(scene, one).tags for one in installs] == [(), (), (), ("repeated_installs",)]


def test_installs_of_one_address_are_counted(scene: IntakeScene) -> None:
    """This one included, within an hour."""
    wants(scene, QualityRule.ADDRESS_BURST, Consequence.TAG, installs=3)
    early, *burst = (NOON - timedelta(minutes=61), NOON - 2 * SECOND, NOON - SECOND, NOON)
    tags = [decision(scene, scene.new_install(received_at=at)).tags for at in (early, *burst)]

    assert tags == [(), (), (), ("address_burst",)]


def test_an_address_of_a_data_centre_is_found(scene: IntakeScene) -> None:
    """On the operator's list; it matches as others do."""
    scene.click()
    install = scene.new_install()
    scene.store.write(lambda uow: uow.installs.add(install))
    found = scene.store.write(
        lambda uow: decide_install(
            uow,
            {AdNetwork.TIKTOK: scene.plane.network},
            scene.app,
            install,
            now=NOON,
            data_centres=SharedNetworks(["203.0.113.0/24"]),
        )
    )

    assert found.is_attributed
    assert found.tags == ("data_centre",)


def test_a_click_after_the_installation_began_is_injected(scene: IntakeScene) -> None:
    """It is ruled out as ever, and the install is marked besides."""
    click = scene.click(occurred_at=NOON - 5 * SECOND)
    body = {
        "referrerClickTimestamp": (NOON - 5 * SECOND).isoformat(),
        "referrerInstallBeginTimestamp": (NOON - 20 * SECOND).isoformat(),
    }
    install = scene.new_install(
        platform=Platform.ANDROID,
        install_referrer=f"click_id={click.id}",
        body=json.dumps(body),
        client_ip="198.51.100.1",
        address_key="198.51.100.1",
    )
    found = decision(scene, install)

    assert (found.reason, found.tags) == ("all_candidates_ruled_out", ("click_injection",))
    [quality] = json.loads(found.explanation)["quality"]
    assert quality["words"] == "a click was made 15 seconds after the installation had begun"
