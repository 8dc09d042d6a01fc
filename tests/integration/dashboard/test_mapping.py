"""Integrations → Event mapping: rows set, refused beside their field, reset."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest

from appsprint.domain.app import App
from tests.integration.dashboard.conftest import SignedIn
from tests.support.browser import Browser, text_of
from tests.support.control_plane import NOON, ControlPlane
from tests.support.facts import put_campaign, put_delivery, put_event, put_install


def place_of(app: App) -> str:
    """The page's address."""
    return f"/apps/{app.id}/integrations/tiktok/mapping"


def shown(page: str) -> dict[str, str]:
    """What stands in the rows' fields."""
    found = re.findall(r'name="row:([^"]+)" list="tiktok-events" value="([^"]*)"', page)
    return {html.unescape(event): html.unescape(value) for event, value in found}


def test_defaults_are_filled_in(owner: Browser, app: App) -> None:
    """Common rows first, rare ones folded, standard names offered."""
    page = owner.get(place_of(app)).text

    rows = shown(page)
    assert (rows["purchase"], rows["install"], rows["search"]) == ("Purchase", "", "Search")
    assert next(iter(rows)) == "purchase"
    before, _, folded = page.partition('<details class="more"')
    assert 'name="row:install"' in before
    assert 'name="row:search"' in folded
    assert '<option value="CompleteRegistration">' in page


def test_rows_are_saved(plane: ControlPlane, owner: Browser, app: App) -> None:
    """Only what differs is set; blank is off; a custom event gets a row of its own."""
    fields = shown(owner.get(place_of(app)).text) | {"purchase": "", "login": "App_Login"}

    saved = owner.post(
        place_of(app),
        **{f"row:{event}": value for event, value in fields.items()},
        custom_event="run finished",
        custom_network_event="RunFinished",
    )

    page = owner.follow(saved).text
    assert shown(page)["purchase"] == ""
    assert shown(page)["custom:run finished"] == "RunFinished"
    own = plane.store.read(lambda uow: uow.connections.mapping(app.id, plane.network.network))
    assert own == {"purchase": None, "login": "App_Login", "custom:run finished": "RunFinished"}


def test_nothing_changed_sets_nothing(plane: ControlPlane, owner: Browser, app: App) -> None:
    """Rows at their default stay there, so that a new default reaches them."""
    fields = shown(owner.get(place_of(app)).text)

    owner.post(place_of(app), **{f"row:{event}": value for event, value in fields.items()})

    assert (
        plane.store.read(lambda uow: uow.connections.mapping(app.id, plane.network.network)) == {}
    )


def test_what_a_colleague_saved_meanwhile_stays(owner: Browser, app: App) -> None:
    """A page from before that change sets only the rows that its reader touched."""
    page = owner.get(place_of(app)).text
    seen = {f"was:{event}": value for event, value in shown(page).items()}
    fields = {f"row:{event}": value for event, value in shown(page).items()}

    owner.post(place_of(app), **{**fields, **seen, "row:purchase": ""})
    owner.post(place_of(app), **{**fields, **seen, "row:login": "App_Login"})

    now = shown(owner.get(place_of(app)).text)
    assert (now["purchase"], now["login"]) == ("", "App_Login")
    assert set(re.findall(r'name="(was:[^"]+)"', page)) == set(seen)


def test_a_new_row_needs_its_event(owner: Browser, app: App) -> None:
    """A TikTok event alone is not dropped in silence."""
    refused = owner.post(place_of(app), custom_event=" ", custom_network_event="RunFinished")

    assert refused.status_code == 422
    assert "Name the event as the app sends it" in text_of(refused)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"row:purchase": "9lives"}, "row:purchase"),
        ({"row:purchase": "CompletePayment"}, "row:purchase"),
        ({"custom_event": "x", "custom_network_event": "two words"}, "custom_network_event"),
        ({"custom_event": "\t\x00", "custom_network_event": "Good"}, "custom_event"),
    ],
)
def test_a_bad_name_is_told_beside_its_field(
    plane: ControlPlane, owner: Browser, app: App, fields: dict[str, str], field: str
) -> None:
    """What was typed is kept, and no other row is set."""
    answer = owner.post(place_of(app), **{"row:login": "Good", **fields})

    assert answer.status_code == 422
    assert answer.text.count('aria-invalid="true"') == 1
    name = re.escape(html.escape(field))
    assert re.search(rf'name="{name}"[^>]*aria-invalid="true"', answer.text)
    assert "CompletePayment" not in fields.values() or "Purchase" in text_of(answer)
    assert not plane.store.read(lambda uow: uow.connections.mapping(app.id, plane.network.network))


def test_a_row_is_reset(owner: Browser, app: App) -> None:
    """Back to what the product ships; an unknown event is told."""
    owner.post(place_of(app), **{"row:purchase": "Bought"})
    assert "changed" in text_of(owner.get(place_of(app)))

    done = owner.post(f"{place_of(app)}/reset", sdk_event="purchase")

    assert shown(owner.follow(done).text)["purchase"] == "Purchase"
    assert owner.post(f"{place_of(app)}/reset", sdk_event="nonsense").status_code == 422


def test_what_objectives_do_not_accept_is_said(
    plane: ControlPlane, owner: Browser, app: App
) -> None:
    """Before TikTok says it."""
    put_campaign(plane.store, app.id, "c1", "WEB_CONVERSIONS")

    assert "Sales campaigns" in text_of(owner.get(place_of(app)))


def test_rows_tell_what_they_sent(plane: ControlPlane, owner: Browser, app: App) -> None:
    """In the last seven days."""
    install = put_install(plane.store, app.id, NOON)
    delivery = put_delivery(plane.store, put_event(plane.store, install, NOON))
    earlier = delivery.created_at - timedelta(seconds=1)

    counts = plane.services.deliveries.counts_by_event

    assert counts(app.id, since=earlier) == {"purchase": {delivery.status: 1}}
    assert counts(app.id, since=delivery.created_at + timedelta(seconds=1)) == {}
    assert owner.get(place_of(app)).status_code == 200


def test_a_viewer_reads(sign_in: SignedIn, app: App) -> None:
    """No field, no button."""
    page = sign_in("viewer").get(place_of(app)).text

    assert shown(page) == {}
    assert ">Purchase</output>" in page
    assert "Save mapping" not in page
