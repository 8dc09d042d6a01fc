"""Asking Apple about installs, and what its answers change."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from appsprint.domain.apple_ads import LookupState, NoClaim
from appsprint.domain.delivery import DeliveryStatus
from appsprint.domain.install import Install
from appsprint.domain.link import SelfAttributingNetwork
from appsprint.domain.privacy import DataSubject
from appsprint.entrypoints.http.sdk_answers import install_answer
from appsprint.ports.installs import InstallFilter
from tests.support.apple import CLAIM, CLAIMED
from tests.support.builders import IDFA
from tests.support.control_plane import ControlPlane
from tests.support.intake import IntakeScene, make_read_event

APPLE = ("apple_ads", "apple_ads")
ORGANIC = ("registration", "organic")
GUESSED = ("registration", "ip_user_agent")


@pytest.fixture
def scene(plane: ControlPlane) -> IntakeScene:
    """One connected iOS app."""
    return IntakeScene(plane)


def registered(scene: IntakeScene, token: str = "token-1") -> Install:
    """An install that told Apple's token with its registration."""
    install = scene.new_install()
    scene.register(install, adservices_token=token)
    return install


def ask(scene: IntakeScene) -> bool:
    """One pass of the worker."""
    return scene.services.apple_ads.resolve_due()


def answer(scene: IntakeScene, install: Install) -> dict[str, object]:
    """What the SDK is told now."""
    told = scene.store.read(
        lambda uow: scene.services.install_intake.answer(uow, scene.app.id, install.appsprint_id)
    )
    return install_answer(told, install.dialect)


def test_apple_earns_an_organic_install(scene: IntakeScene) -> None:
    """As a new version with its cause; the SDK is told with its next question."""
    install = registered(scene)
    scene.plane.apple.answers.append(CLAIMED)

    ask(scene)

    assert scene.versions(install) == [ORGANIC, APPLE]
    decision = scene.story(install).found.attribution
    assert decision.network is SelfAttributingNetwork.APPLE_ADS
    assert (decision.click_id, decision.link_id) == (None, None)
    assert (decision.campaign_id, decision.adgroup_id) == ("542370539", "542317095")
    assert "Apple's AdServices" in json.loads(decision.explanation)["words"]
    assert answer(scene, install)["attribution"] == {
        "isAttributed": True,
        "source": "apple_ads",
        "matchType": "apple_ads",
        "confidence": 0.97,
        "appleAds": CLAIM.fields,
    }
    params = answer(scene, install)["attributionParams"]
    assert isinstance(params, dict)
    assert (params["source"], params["campaignId"]) == ("apple_ads", "542370539")


def test_apple_takes_an_install_from_a_guess(scene: IntakeScene) -> None:
    """Address and device are weaker; the click is told so."""
    scene.click()
    install = registered(scene)
    scene.plane.apple.answers.append(CLAIMED)

    ask(scene)

    assert scene.versions(install) == [GUESSED, APPLE]
    explanation = json.loads(scene.story(install).found.attribution.explanation)
    assert [one["verdict"] for one in explanation["candidates"]] == ["weaker_evidence"]


def test_apple_takes_nothing_from_exact_evidence(scene: IntakeScene) -> None:
    """Its claim is kept all the same."""
    click = scene.click(client_ip="203.0.113.99")
    install = scene.new_install(given_click_id=click.id)
    scene.register(install, adservices_token="token-1")
    scene.plane.apple.answers.append(CLAIMED)

    ask(scene)

    assert scene.versions(install) == [("registration", "click_id")]
    lookup = scene.story(install).apple_lookup
    assert lookup is not None
    assert (lookup.state, lookup.claim) == (LookupState.CLAIMED, CLAIM)


def test_stronger_evidence_takes_an_install_from_apple(scene: IntakeScene) -> None:
    """An advertising id that names a click of ours, allowed in time."""
    scene.click(client_ip="203.0.113.99", advertising_id=IDFA)
    install = registered(scene)
    scene.plane.apple.answers.append(CLAIMED)
    ask(scene)

    scene.register(install, idfa=IDFA)

    assert scene.versions(install) == [ORGANIC, APPLE, ("advertising_id", "idfa")]


def test_no_claim_changes_nothing_and_is_kept(scene: IntakeScene) -> None:
    """The install page shows it."""
    install = registered(scene)
    ask(scene)
    ask(scene)

    lookup = scene.story(install).apple_lookup
    assert lookup is not None
    assert (lookup.state, lookup.attempts) == (LookupState.NOT_CLAIMED, 1)
    assert scene.versions(install) == [ORGANIC]
    assert scene.plane.apple.tokens == ["token-1"]


def test_apple_is_asked_again_when_it_is_time(scene: IntakeScene) -> None:
    """Not before; the queue is in the store."""
    install = registered(scene)
    scene.plane.apple.answers.extend([NoClaim.NOT_FOUND, CLAIMED])

    ask(scene)
    ask(scene)
    assert scene.plane.apple.tokens == ["token-1"]
    scene.plane.clock.advance(timedelta(seconds=5))
    ask(scene)

    assert scene.versions(install) == [ORGANIC, APPLE]


def test_while_apple_is_down_the_rest_waits(scene: IntakeScene) -> None:
    """It would get no answer either."""
    for number in range(3):
        registered(scene, f"token-{number}")
    scene.plane.apple.answers.append(NoClaim.UNAVAILABLE)

    assert not ask(scene)
    assert scene.plane.apple.tokens == ["token-0"]
    ask(scene)
    assert scene.plane.apple.tokens == ["token-0", "token-1", "token-2"]


def test_a_new_token_is_asked_about_and_a_known_one_is_not(scene: IntakeScene) -> None:
    """A person's choice about tracking makes a new one; Apple may say more then."""
    install = registered(scene)
    ask(scene)
    scene.register(install, adservices_token="token-1")
    ask(scene)
    scene.register(install, adservices_token="token-2")
    scene.plane.apple.answers.append(CLAIMED)
    ask(scene)

    assert scene.plane.apple.tokens == ["token-1", "token-2"]
    assert scene.versions(install) == [ORGANIC, APPLE]


def test_an_answer_about_an_older_token_is_dropped(scene: IntakeScene) -> None:
    """A newer one came while Apple was asked."""
    install = registered(scene)
    [due] = scene.store.read(lambda uow: uow.apple_ads.due(now=scene.plane.clock.now(), limit=9))
    scene.plane.clock.advance(timedelta(seconds=1))
    scene.register(install, adservices_token="token-2")

    after = due.lookup.after(CLAIMED, scene.plane.clock.now())
    assert not scene.store.write(lambda uow: uow.apple_ads.settle(due.lookup, after))


def test_nothing_of_an_install_of_apples_goes_to_tiktok(scene: IntakeScene) -> None:
    """What waited to be sent when the credit went over is skipped, and the books balance."""
    scene.click()
    install = registered(scene)
    scene.record([make_read_event(install.appsprint_id, 0)])
    scene.plane.apple.answers.append(CLAIMED)
    ask(scene)
    scene.record([make_read_event(install.appsprint_id, 1)])

    [connection] = scene.services.sending.sendable()
    sealed = scene.plane.secrets.seal("events-token")
    scene.services.sending.send_due(replace(connection, events_token=sealed))

    [delivery] = scene.deliveries()
    assert (delivery.status, delivery.reason) == (DeliveryStatus.SKIPPED, "credit_moved")
    assert [one.event.skip_reason for one in scene.events()] == [None, "not_attributed"]
    assert scene.ledger().is_balanced


def test_lists_and_exports_call_it_attributed(scene: IntakeScene) -> None:
    """Without a click."""
    install = registered(scene)
    organic = scene.new_install()
    scene.register(organic)
    scene.plane.apple.answers.append(CLAIMED)
    ask(scene)

    def found(is_attributed: bool) -> list[str]:
        wanted = InstallFilter(is_attributed=is_attributed)
        page = scene.services.installs.page(scene.app.id, wanted, after=None, limit=9)
        return [one.install.id for one in page]

    assert (found(True), found(False)) == ([install.id], [organic.id])


def test_an_erased_person_leaves_no_claim(scene: IntakeScene) -> None:
    """Neither the token nor what Apple said of it."""
    install = registered(scene)
    scene.plane.apple.answers.append(CLAIMED)
    ask(scene)
    subject = DataSubject(appsprint_id=install.appsprint_id)

    receipt = scene.services.privacy.erase(scene.app.id, subject)

    assert receipt.rows.identifiers == 2
    assert scene.story(install).apple_lookup is None
    told = scene.story(install).found
    assert told.attribution.network is SelfAttributingNetwork.APPLE_ADS
