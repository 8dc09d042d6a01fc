"""Installs: the list, one install's story, and erasing a person after a look."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from appsprint.domain.app import App
from appsprint.domain.apple_ads import CLAIM_FIELDS, LookupState, NoClaim
from appsprint.domain.attribution_words import say_cause
from appsprint.domain.decision import MatchType
from appsprint.domain.delivery import NotEligibleReason
from appsprint.domain.install import IdentifierKind, Install
from appsprint.domain.reinstall import Reinstall, SamePersonBy
from appsprint.domain.revision import DecisionCause
from appsprint.entrypoints.http.dashboard.install_view import (
    APPLE_FIELDS,
    APPLE_REASONS,
    APPLE_STATES,
    MATCHES,
    NOT_MEANT,
    duration,
    read_explanation,
)
from appsprint.ports.installs import Attribution
from appsprint.services.reinstalls import marked
from tests.integration.dashboard.conftest import SignedIn
from tests.support.browser import Browser, text_of
from tests.support.control_plane import NOON, ControlPlane
from tests.support.facts import put_apple_claim, put_delivery, put_event, put_install

EXPLANATION = """{"words": "Credited by address: 91.0% probable.", "candidates_considered": 12,
"candidates": [{"click_id": "clk_1", "link_id": "lnk_1", "occurred_at": "2026-03-29T11:00:00Z",
"age_seconds": 3600.0, "match_type": "ip_user_agent", "verdict": "won", "probability": 0.91,
"evidence": [{"name": "model", "weight": 2.0, "words": "same model: 2.0 times as probable"}]},
{"verdict": "tie", "verdict_words": "another device's click was about as probable"}]}"""


@pytest.fixture
def place(app: App) -> str:
    """The list's address."""
    return f"/apps/{app.id}/installs"


@pytest.fixture
def install(plane: ControlPlane, app: App) -> Install:
    """An install that an ad link earned, explained."""
    made = put_install(plane.store, app.id, NOON, link_id="lnk_1", campaign_id="c1")

    def explain(decision: Attribution) -> Attribution:
        return replace(decision, version=2, explanation=EXPLANATION)

    plane.store.write(
        lambda uow: uow.installs.decide(explain(uow.installs.decisions(app.id, made.id)[0]))
    )
    return made


def test_every_kind_of_match_has_words() -> None:
    """And every reason for which an event is not meant for TikTok."""
    assert set(MATCHES) == set(MatchType)
    assert set(NOT_MEANT) == set(NotEligibleReason)


def test_every_cause_and_answer_of_apples_has_words() -> None:
    """In the history of decisions, and in the card of Apple Ads."""
    assert all(say_cause(cause).endswith(".") for cause in DecisionCause)
    assert set(APPLE_STATES) == set(LookupState)
    assert set(APPLE_REASONS) == set(NoClaim) - {NoClaim.NONE}
    assert set(APPLE_FIELDS) == set(CLAIM_FIELDS)


def test_the_story_tells_of_apple(
    plane: ControlPlane, owner: Browser, app: App, place: str
) -> None:
    """Its claim, which decision followed, and what there was before."""
    made = put_install(plane.store, app.id, NOON)
    put_apple_claim(plane.store, made)
    text = text_of(owner.get(f"{place}/{made.id}"))

    for told in (
        "Why Apple Ads",
        "Apple answered about the app's AdServices token.",
        "The install was registered. No candidate.",
        "An ad of Apple Ads led to this install, says Apple. Asked once.",
        "542370539",
    ):
        assert told in text
    assert made.id in owner.get(f"{place}?match_type=apple_ads&credit=attributed").text


def test_a_claim_of_apples_that_earned_nothing_is_told_too(
    plane: ControlPlane, owner: Browser, place: str, install: Install
) -> None:
    """With what was stronger."""
    put_apple_claim(plane.store, install, has_credit=False)

    text = text_of(owner.get(f"{place}/{install.id}"))
    assert "Stronger evidence names a click of ours, which has the credit." in text


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (59.6, "1 min"), (3_660, "1 h 1 min"), (-90, "1 min 30 s"), (90_061, "1 d 1 h")],
)
def test_durations_have_two_units(seconds: float, words: str) -> None:
    """The largest ones."""
    assert duration(seconds) == words


def test_nothing_yet_leads_to_the_checklist(owner: Browser, app: App, place: str) -> None:
    """And a filter without a find says something else."""
    assert f"/apps/{app.id}/start" in owner.get(place).text
    assert "No install fits" in text_of(owner.get(f"{place}?credit=organic"))


@pytest.mark.parametrize(
    ("query", "amount"),
    [
        ("", 2),
        ("credit=attributed", 1),
        ("kind=new", 2),
        ("kind=reinstall", 0),
        ("match_type=organic", 1),
        ("campaign_id=c1", 1),
        ("link_id=lnk_2", 0),
        ("customer_user_id=cust-1", 1),
        ("start=2026-03-29", 1),
        ("end=2026-03-28", 1),
    ],
)
def test_filters_choose(
    plane: ControlPlane,
    owner: Browser,
    app: App,
    place: str,
    install: Install,
    query: str,
    amount: int,
) -> None:
    """Days are the app's, both included."""
    put_install(plane.store, app.id, NOON - timedelta(days=1))
    name_customer(plane, install)

    assert owner.get(f"{place}?{query}").text.count(f'href="{place}/ins_') == amount


def test_a_day_that_is_none_is_told(owner: Browser, place: str) -> None:
    """Beside its field."""
    answer = owner.get(f"{place}?start=x")

    assert answer.status_code == 422
    assert "Must be a date such as" in text_of(answer)


def test_a_long_list_has_pages(plane: ControlPlane, owner: Browser, app: App, place: str) -> None:
    """Each begins where the one before ended."""
    made = [put_install(plane.store, app.id, NOON) for _ in range(51)]

    first = owner.get(place).text
    assert f"after={made[1].id}" in first
    assert f"{place}/{made[0].id}" in owner.get(f"{place}?after={made[1].id}").text


def test_the_story_tells_why(owner: Browser, place: str, install: Install) -> None:
    """In words, with every click that was weighed and what spoke for it."""
    text = text_of(owner.get(f"{place}/{install.id}"))

    for told in (
        "Credited by address: 91.0% probable.",
        "12, the 2 best are shown",
        "lnk_1, 1 h before",
        "Same model: 2.0 times as probable.",
        "Another device's click was about as probable.",
        "Decisions, the latest first",
        "The install was registered.",
    ):
        assert told in text
    assert owner.get(f"{place}/ins_nothing").status_code == 404


def test_a_reinstall_leads_to_the_install_before_it(
    plane: ControlPlane, owner: Browser, app: App, place: str, install: Install
) -> None:
    """With the reason in words, on its own page; the list marks it."""
    again = put_install(plane.store, app.id, NOON)
    present = plane.services.installs.story(app.id, again.id).decisions[0]
    found = Reinstall(by=SamePersonBy.IDFV, earlier=install.id, since_earlier=timedelta(days=3))
    plane.store.write(lambda uow: uow.installs.decide(marked(replace(present, version=2), found)))

    page = owner.get(f"{place}/{again.id}").text

    assert f'href="{place}/{install.id}"' in page
    assert "had the app 3 days earlier" in page
    assert text_of(owner.get(f"{place}?kind=reinstall")).count("Reinstall") > 1


def test_an_explanation_of_any_age_can_be_read(install: Install, plane: ControlPlane) -> None:
    """Also an empty one, as after an erasure."""
    decision = plane.services.installs.story(install.app_id, install.id).decisions[0]

    empty = read_explanation(replace(decision, explanation="{}"))
    assert (empty.words, empty.considered, empty.clicks) == (None, 0, [])


def test_the_story_goes_on_with_events_and_deliveries(
    plane: ControlPlane, owner: Browser, app: App, place: str, install: Install
) -> None:
    """Each with what became of it, one click away; other installs' events stay out."""
    bought = put_event(plane.store, install, NOON)
    delivery = put_delivery(plane.store, bought)
    put_event(
        plane.store, install, NOON, event_type="login", revenue=None, skip_reason="not_mapped"
    )
    put_event(plane.store, put_install(plane.store, app.id, NOON), NOON, event_type="search")

    answer = owner.get(f"{place}/{install.id}")

    assert f'href="/apps/{app.id}/deliveries/{delivery.id}">Waiting</a>' in answer.text
    assert "$9.99" in answer.text
    assert "login" in answer.text
    assert "Not mapped" in answer.text
    assert "search" not in answer.text


def test_many_events_have_pages(
    plane: ControlPlane, owner: Browser, place: str, install: Install
) -> None:
    """Fifty each."""
    made = [put_event(plane.store, install, NOON) for _ in range(51)]

    assert f"?after={made[1].id}" in owner.get(f"{place}/{install.id}").text
    second = owner.get(f"{place}/{install.id}?after={made[1].id}").text
    assert second.count('<th scope="row"><span>purchase') == 1


def test_a_person_is_erased_after_a_look(
    plane: ControlPlane, owner: Browser, place: str, install: Install
) -> None:
    """The look tells how many rows and changes nothing; then the ids are gone."""
    put_event(plane.store, install, NOON)

    seen = text_of(owner.get(f"{place}/{install.id}/erase"))
    assert "Events 1" in seen
    assert install.appsprint_id in owner.get(f"{place}/{install.id}").text

    done = owner.follow(owner.post(f"{place}/{install.id}/erase", whom="device"))
    assert "The person is erased" in text_of(done)
    assert install.appsprint_id not in owner.get(f"{place}/{install.id}").text


def test_a_customer_is_erased_on_all_devices(
    plane: ControlPlane, owner: Browser, app: App, place: str, install: Install
) -> None:
    """Where the app told whose device it is."""
    other = put_install(plane.store, app.id, NOON)
    assert "All devices" not in text_of(owner.get(f"{place}/{install.id}/erase"))
    name_customer(plane, install)
    name_customer(plane, other)

    assert "Installs 2" in text_of(owner.get(f"{place}/{install.id}/erase?whom=customer"))
    owner.post(f"{place}/{install.id}/erase", whom="customer")
    assert other.appsprint_id not in owner.get(f"{place}/{other.id}").text


def test_only_owners_are_offered_to_erase(sign_in: SignedIn, place: str, install: Install) -> None:
    """The routes themselves ask for the role, too."""
    assert "Erase this person" not in sign_in("editor").get(f"{place}/{install.id}").text


def name_customer(plane: ControlPlane, install: Install) -> None:
    """The app tells whose device it is."""
    kind = IdentifierKind.CUSTOMER_USER_ID
    plane.store.write(
        lambda uow: uow.installs.note_identifier(
            install.app_id, install.id, kind, "cust-1", at=NOON
        )
    )
