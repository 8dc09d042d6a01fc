"""First start, signing in and out, invitations."""

from __future__ import annotations

import re

import pytest

from appsprint.domain.app import App
from tests.support.browser import PASSWORD, Browser, join, text_of
from tests.support.control_plane import APP_STORE_URL, PLAY_STORE_URL, ControlPlane

EMAIL = "ann@example.com"


def test_the_setup_link_makes_the_owner_once(plane: ControlPlane, stranger: Browser) -> None:
    """Opening it changes nothing; afterwards the owner is signed in and adds the first app."""
    place = f"/setup/{plane.services.setup.begin()}"
    assert "Create the owner account" in text_of(stranger.get(place))
    assert plane.services.setup.is_needed()

    bad = stranger.post(place, email="ann", password="weak one, long enough")
    assert (bad.status_code, bad.text.count('aria-invalid="true"')) == (422, 2)
    assert "weak one" not in bad.text
    done = stranger.post(place, email=EMAIL, password=PASSWORD)

    assert done.headers["location"] == "/apps/new"
    assert "Add your first app" in text_of(stranger.follow(done))
    assert stranger.get(place).status_code == 404
    assert stranger.post(place, email=EMAIL, password=PASSWORD).status_code == 404


def test_a_script_sets_up_with_a_token(plane: ControlPlane, stranger: Browser) -> None:
    """A POST without fields makes an owner's API token, shown once."""
    place = f"/setup/{plane.services.setup.begin()}"

    done = stranger.post(place)

    found = re.search(r"ast_[\w-]+", done.text)
    assert found is not None
    assert plane.services.access.authenticate(found[0]).is_full_owner
    assert stranger.post(place).status_code == 404


@pytest.mark.parametrize("secret", ["guess", "%00", "ä", "x" * 5_000])
def test_guesses_at_the_setup_link_are_404(
    plane: ControlPlane, stranger: Browser, secret: str
) -> None:
    """Before and while a set-up is open."""
    assert stranger.get(f"/setup/{secret}").status_code == 404
    plane.services.setup.begin()
    assert stranger.get(f"/setup/{secret}").status_code == 404
    assert stranger.post(f"/setup/{secret}").status_code == 404
    assert plane.services.setup.is_needed()


def test_a_setup_link_ends_when_an_owner_came_another_way(
    plane: ControlPlane, stranger: Browser
) -> None:
    """The form is not offered, and sending it finds a conflict."""
    place = f"/setup/{plane.services.setup.begin()}"
    join(plane.services, EMAIL, "owner")

    assert stranger.get(place).status_code == 404
    assert stranger.post(place, email="eve@example.com", password=PASSWORD).status_code == 409


def test_signing_in_gives_the_browser_another_secret(
    plane: ControlPlane, stranger: Browser, app: App
) -> None:
    """A cookie that somebody planted before is worth nothing afterwards (rotation)."""
    join(plane.services, EMAIL, "owner")
    stranger.get("/login")
    before = stranger.secret

    done = stranger.post("/login", email=EMAIL, password=PASSWORD, next=f"/apps/{app.id}?days=28")

    assert done.headers["location"] == f"/apps/{app.id}?days=28"
    assert stranger.secret not in {None, before}
    [cookie] = [one for one in done.headers.get_list("set-cookie") if "Host-appsprint" in one]
    assert {"HttpOnly", "Secure", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
    assert stranger.follow(done).status_code == 200
    assert stranger.get("/login").headers["location"] == "/"


@pytest.mark.parametrize(
    "place", ["https://evil.example/", "//evil.example", "/\\evil.example", "/\n/evil", ""]
)
def test_signing_in_leads_nowhere_else(plane: ControlPlane, stranger: Browser, place: str) -> None:
    """A link to our sign-in cannot end on another site."""
    join(plane.services, EMAIL, "owner")
    stranger.get("/login")

    done = stranger.post("/login", email=EMAIL, password=PASSWORD, next=place)

    assert done.headers["location"] == "/"


def test_a_refused_sign_in_keeps_what_was_typed(plane: ControlPlane, stranger: Browser) -> None:
    """But the password."""
    join(plane.services, EMAIL, "owner")
    stranger.get("/login")

    answer = stranger.post("/login", email=EMAIL, password="not this one")

    assert answer.status_code == 401
    assert "is not right." in text_of(answer)
    assert f'value="{EMAIL}"' in answer.text
    assert "not this one" not in answer.text


def test_signing_out_ends_the_session(plane: ControlPlane, owner: Browser, app: App) -> None:
    """On the server: the old cookie is worth nothing."""
    old = owner.secret

    page = owner.follow(owner.post("/logout"))

    assert "You are signed out." in text_of(page)
    owner.secret = old
    assert owner.get(f"/apps/{app.id}").status_code == 303


def test_an_invitation_leads_in(plane: ControlPlane, stranger: Browser, app: App) -> None:
    """Choose a password, be signed in; the link works once."""
    _, secret = plane.services.members.invite(EMAIL, "viewer")
    place = f"/invitations/{secret}"
    assert EMAIL in text_of(stranger.get(place))
    assert stranger.post(place, password="short").status_code == 422

    home = stranger.follow(stranger.post(place, password=PASSWORD))

    assert home.headers["location"] == f"/apps/{app.id}"
    assert stranger.get(place).status_code == 404


def test_the_store_page_tells_the_platform(plane: ControlPlane, owner: Browser) -> None:
    """Step by step; an iOS app is asked about probabilistic matching, with Apple's policy."""
    assert owner.follow(owner.get("/")).status_code == 200
    asked = owner.post("/apps/new", store_url=APP_STORE_URL)
    assert "A note on Apple's policy." in text_of(asked)
    assert plane.services.apps.list() == []

    made = owner.post(
        "/apps/new",
        store_url=APP_STORE_URL,
        name="Miles",
        probabilistic="off",
        time_zone="Europe/Paris",
        currency="EUR",
    )

    [app] = plane.services.apps.list()
    assert (app.name, app.platform, app.store_id) == ("Miles", "ios", "1234567890")
    assert (app.time_zone, app.currency, app.probabilistic_matching) == (
        "Europe/Paris",
        "EUR",
        False,
    )
    assert re.search(r"as_live_[\w-]{20,}", made.text)


def test_an_android_app_is_not_asked(plane: ControlPlane, owner: Browser) -> None:
    """Its installs bring the store's referrer."""
    asked = owner.post("/apps/new", store_url=PLAY_STORE_URL)
    assert "Apple" not in text_of(asked)

    owner.post("/apps/new", store_url=PLAY_STORE_URL, name="Miles")

    [app] = plane.services.apps.list()
    assert (app.platform, app.probabilistic_matching) == ("android", True)


@pytest.mark.parametrize("url", ["", "https://example.com/", "javascript:alert(1)", "x" * 3000])
def test_what_is_no_store_page_is_told(plane: ControlPlane, owner: Browser, url: str) -> None:
    """At the field, with what it should look like."""
    answer = owner.post("/apps/new", store_url=url)

    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert plane.services.apps.list() == []


def test_a_member_without_an_app_is_told(sign_in: object, plane: ControlPlane) -> None:
    """Who to ask."""
    browser = sign_in("viewer")  # type: ignore[operator]

    assert "nothing to see for you yet" in text_of(browser.get("/"))
