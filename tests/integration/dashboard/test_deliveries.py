"""Deliveries: what was sent and what was not, and dead letters sent again after a look."""

from __future__ import annotations

from datetime import timedelta

import pytest

from appsprint.domain.app import App
from appsprint.domain.delivery import (
    AttemptOutcome,
    DeadReason,
    Delivery,
    DeliveryStatus,
    SkipReason,
)
from appsprint.domain.install import Install
from appsprint.entrypoints.http.dashboard.delivery_view import OUTCOMES, REASONS, STATUSES
from tests.integration.dashboard.conftest import SignedIn
from tests.support.browser import Browser, text_of
from tests.support.control_plane import NOON, ControlPlane
from tests.support.facts import put_delivery, put_event, put_install

DEAD = DeliveryStatus.DEAD


@pytest.fixture
def install(plane: ControlPlane, app: App) -> Install:
    """An install that an ad link earned."""
    return put_install(plane.store, app.id, NOON, link_id="lnk_1")


@pytest.fixture
def place(app: App) -> str:
    """The list's address."""
    return f"/apps/{app.id}/deliveries"


def dead(
    plane: ControlPlane, install: Install, name: str = "purchase", *, days_ago: int = 0
) -> Delivery:
    """A dead letter; one that may have been taken when it was tried."""
    at = NOON - timedelta(days=days_ago)
    event = put_event(plane.store, install, at, event_type=name)
    return put_delivery(
        plane.store, event, status=DEAD, reason="rejected_by_network", maybe_accepted_at=at
    )


def test_every_state_and_reason_has_words() -> None:
    """A new one cannot reach the page without."""
    assert set(STATUSES) == set(DeliveryStatus)
    assert set(REASONS) == {*SkipReason, *DeadReason}
    assert set(OUTCOMES) == set(AttemptOutcome)


def test_the_list_tells_what_was_not_sent_and_why(
    plane: ControlPlane, owner: Browser, install: Install, place: str
) -> None:
    """Counts by status, reasons in words, and each delivery with what is next."""
    dead(plane, install)
    skipped = put_event(plane.store, install, NOON, event_type="sign_up")
    put_delivery(plane.store, skipped, status=DeliveryStatus.SKIPPED, reason="missing_ttclid")
    put_delivery(plane.store, put_event(plane.store, install, NOON))

    text = text_of(owner.get(place))

    for told in ("Waiting * 1", "Sent * 0", "Skipped * 1", "Dead letters * 1"):
        assert told in text
    assert text.index("Refused by TikTok") < text.index("No TikTok click id")
    assert "1 event waits for the connection." in text


def test_nothing_yet_says_what_to_expect(owner: Browser, place: str) -> None:
    """And a filter without a find says something else."""
    assert "No deliveries yet" in text_of(owner.get(place))
    assert "No delivery fits" in text_of(owner.get(f"{place}?status=dead"))


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["sign_up", "purchase"]),
        ("status=dead", ["purchase"]),
        ("reason=missing_ttclid", ["sign_up"]),
        ("sdk_event=purchase", ["purchase"]),
        ("tiktok_event=Purchase&start=2026-03-29", ["sign_up"]),
        ("end=2026-03-28", ["purchase"]),
    ],
)
def test_filters_choose(
    plane: ControlPlane, owner: Browser, install: Install, place: str, query: str, names: list[str]
) -> None:
    """Days are the app's, both included."""
    dead(plane, install, days_ago=1)
    skipped = put_event(plane.store, install, NOON, event_type="sign_up")
    put_delivery(plane.store, skipped, status=DeliveryStatus.SKIPPED, reason="missing_ttclid")

    text = owner.get(f"{place}?{query}").text

    assert [name for name in ("sign_up", "purchase") if f">{name}</a></th>" in text] == names


@pytest.mark.parametrize("query", ["start=tomorrow", "end=9999-12-31", "status=gone"])
def test_a_filter_that_says_nothing_is_told(owner: Browser, place: str, query: str) -> None:
    """Beside its field where it has one, and the list is still there."""
    assert owner.get(f"{place}?{query}").status_code == 422


def test_a_long_list_has_pages(
    plane: ControlPlane, owner: Browser, install: Install, place: str
) -> None:
    """The next one begins where the last one ended, with the same filters."""
    made = [dead(plane, install) for _ in range(52)]

    first = owner.get(f"{place}?status=dead").text
    assert made[1].id not in first
    assert f"?status=dead&amp;after={made[2].id}" in first
    second = owner.get(f"{place}?status=dead&after={made[2].id}").text
    assert f"{place}/{made[1].id}" in second
    assert f"{place}/{made[2].id}" not in second


def test_one_delivery_shows_payload_and_answers(
    plane: ControlPlane, owner: Browser, install: Install, place: str
) -> None:
    """What was sent, laid out for people, and TikTok's words about each attempt."""
    event = put_event(plane.store, install, NOON)
    sent = put_delivery(
        plane.store, event, status=DeliveryStatus.SENT, test_event_code="TEST7", pixel_id="C0X"
    )

    text = text_of(owner.get(f"{place}/{sent.id}"))

    for told in ("purchase → Purchase", '{ "event": "Purchase" }', "HTTP 200, code 0", "req-1"):
        assert told in text
    assert "TEST7" in text
    assert "Redrive" not in text
    assert owner.get(f"{place}/dlv_nothing").status_code == 404


def test_one_dead_letter_is_redriven_knowingly(
    plane: ControlPlane, owner: Browser, install: Install, place: str
) -> None:
    """Its page warns past TikTok's 48 hours; doing it twice changes nothing more."""
    old, fresh = dead(plane, install, days_ago=3), dead(plane, install, days_ago=1)

    assert "it may count it twice" in text_of(owner.get(f"{place}/{old.id}"))
    assert "it may count it twice" not in text_of(owner.get(f"{place}/{fresh.id}"))
    done = owner.follow(owner.post(f"{place}/{old.id}/redrive"))
    assert "1 dead letter waits to be sent again." in text_of(done)
    assert "Retrying" in text_of(done)
    again = owner.follow(owner.post(f"{place}/{old.id}/redrive"))
    assert "There is no dead letter to redrive." in text_of(again)
    assert owner.post(f"{place}/dlv_nothing/redrive").status_code == 404


def test_dead_letters_are_redriven_after_a_look(
    plane: ControlPlane, owner: Browser, install: Install, place: str
) -> None:
    """The preview counts, warns and does nothing; then exactly those go."""
    dead(plane, install, days_ago=3)
    dead(plane, install, "sign_up")

    seen = text_of(owner.get(f"{place}/redrive?sdk_event=purchase"))
    assert "1 dead letter would go back into the queue" in seen
    assert "1 of these may have been accepted by TikTok more than 48 hours ago" in seen
    assert "Dead letters * 2" in text_of(owner.get(place))

    done = owner.follow(owner.post(f"{place}/redrive", sdk_event="purchase"))
    assert "1 dead letter waits to be sent again." in text_of(done)
    assert "Dead letters * 1" in text_of(done)


def test_nothing_to_redrive_leads_back(owner: Browser, place: str) -> None:
    """Before and after the look."""
    back = owner.get(f"{place}/redrive?reason=too_old")

    assert back.headers["location"] == f"{place}?reason=too_old"
    assert "There is no dead letter to redrive." in text_of(owner.follow(back))
    assert owner.post(f"{place}/redrive").status_code == 303


def test_redriving_what_is_no_dead_letter_is_refused(owner: Browser, place: str) -> None:
    """As the API does."""
    assert owner.post(f"{place}/redrive", status="sent").status_code == 422
    assert owner.get(f"{place}/redrive?start=x").status_code == 422


def test_a_viewer_is_offered_nothing(
    plane: ControlPlane, sign_in: SignedIn, install: Install, place: str
) -> None:
    """Looking only; the routes themselves ask for the role, too."""
    letter = dead(plane, install)
    viewer = sign_in("viewer")

    assert "Redrive" not in viewer.get(place).text
    assert "Redrive" not in viewer.get(f"{place}/{letter.id}").text
