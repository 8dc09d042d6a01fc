"""What holds for every page: who may open it, its headers, its forms."""

from __future__ import annotations

import re

import pytest

from appsprint.domain.access import Role
from appsprint.domain.app import App
from appsprint.entrypoints.http.dashboard.page import rule_of
from appsprint.entrypoints.http.dashboard.routes import PAGES
from appsprint.errors import StoreUnavailable
from tests.integration.dashboard.conftest import SignedIn
from tests.support.browser import Browser, text_of
from tests.support.control_plane import ControlPlane

ROUTES = sorted(
    (next(iter(handler.http_methods)), path, rule_of(handler).role, rule_of(handler).needs_all_apps)
    for handler in PAGES
    for path in handler.paths
    if rule_of(handler).role is not None
)
RANK = {Role.VIEWER: 0, Role.EDITOR: 1, Role.OWNER: 2}


def address(path: str, app_id: str) -> str:
    """A path with its places filled in."""
    return re.sub(r"\{\w+:\w+\}", "x-1", path.replace("{app_id:str}", app_id))


@pytest.mark.parametrize("role", list(Role))
def test_the_role_decides(plane: ControlPlane, sign_in: SignedIn, app: App, role: Role) -> None:
    """Every page and every action asks for it; none of them fails for want of fields."""
    for method, path, needed, _ in ROUTES:
        browser = sign_in(role)
        place = address(path, app.id)
        answer = browser.get(place) if method == "GET" else browser.post(place)

        if needed is not None and RANK[role] < RANK[needed]:
            assert answer.status_code == 403, (method, path)
            assert "Not allowed" in text_of(answer)
        else:
            assert answer.status_code not in {403, 405, 500}, (method, path, answer.text)
        app = app if plane.services.apps.list() else plane.ios_app()


def test_reading_needs_a_viewer_and_writing_an_editor() -> None:
    """What is for owners only, or for everybody's own account, is a closed list."""
    for method, path, needed, _ in ROUTES:
        if path.startswith(("/settings/", "/apps/{app_id:str}/settings/delete")):
            assert needed is Role.OWNER, path
        elif method == "POST" and not path.startswith("/account"):
            assert needed in {Role.EDITOR, Role.OWNER}, path
        elif method == "POST":
            assert needed is Role.VIEWER, path


def test_whoever_is_not_signed_in_goes_to_sign_in(stranger: Browser, app: App) -> None:
    """And comes back afterwards; a part of a page sends the whole browser there."""
    for method, path, _, _ in ROUTES:
        place = address(path, app.id)
        answer = stranger.get(place) if method == "GET" else stranger.post(place)

        assert answer.status_code == 303, (method, path)
        assert answer.headers["location"].startswith("/login")
    answer = stranger.get(f"/apps/{app.id}?days=28")
    assert answer.headers["location"] == f"/login?next=%2Fapps%2F{app.id}%3Fdays%3D28"
    part = stranger.get(f"/apps/{app.id}", **{"hx-request": "true"})
    assert (part.status_code, part.headers["hx-redirect"]) == (200, "/login")


def test_an_app_out_of_reach_does_not_exist(
    plane: ControlPlane, sign_in: SignedIn, app: App
) -> None:
    """On every page of an app; those of the whole server are closed to its members."""
    mine = plane.make_app().app
    limited = sign_in("owner", [mine.id])
    for method, path, _, needs_all_apps in ROUTES:
        place = address(path, app.id)
        answer = limited.get(place) if method == "GET" else limited.post(place)

        if "{app_id" in path:
            assert answer.status_code == 404, (method, path)
            assert app.name not in answer.text.replace(mine.name, "") or app.name == mine.name
        elif needs_all_apps:
            assert answer.status_code == 403, (method, path)
    assert limited.get(f"/apps/{mine.id}").status_code == 200


@pytest.mark.parametrize("csrf", ["", "x" * 64, "ä"])
def test_a_form_from_elsewhere_changes_nothing(
    plane: ControlPlane, owner: Browser, app: App, csrf: str
) -> None:
    """Without the visitor's own token every POST is refused."""
    for method, path, _, _ in ROUTES:
        if method == "POST":
            answer = owner.post(address(path, app.id), csrf=csrf)

            assert answer.status_code == 403, path
            assert "load the page again" in text_of(answer)
    assert plane.services.apps.list() == [app]


def test_pages_carry_a_strict_policy(owner: Browser, stranger: Browser, app: App) -> None:
    """Our own files only, nothing inline, no frame, kept by no cache."""
    for answer in (owner.get(f"/apps/{app.id}"), stranger.get("/login"), owner.get("/nothing")):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy
        assert not re.search(r"<script(?![^>]*\ssrc=)", answer.text)
        assert not re.search(r"<[^>]+\s(style|on\w+)=", answer.text)
        assert "http://" not in re.sub(r"placeholder|hint", "", answer.text.split("</head>")[0])
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert '<html lang="en">' in answer.text


def test_pages_are_compressed_for_who_takes_it(stranger: Browser) -> None:
    """The same page either way."""
    packed = stranger.get("/login", **{"accept-encoding": "br, gzip"})
    plain = stranger.get("/login", **{"accept-encoding": "gzip;q=0, identity"})

    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < len(plain.content)
    assert "content-encoding" not in plain.headers
    assert text_of(packed) == text_of(plain)
    assert packed.headers["vary"] == "Accept-Encoding"


def test_a_token_looks_different_each_time(owner: Browser, app: App) -> None:
    """So that the sizes of compressed pages tell nothing about it; every one of them is good."""
    pages = [owner.get(f"/apps/{app.id}/settings").text for _ in range(2)]
    tokens = {one for page in pages for one in re.findall(r'name="csrf" value="(\w+)"', page)}

    assert len(tokens) > len(pages)
    for token in tokens:
        assert owner.post("/logout", csrf=token[:-1]).status_code == 403
        assert owner.post(f"/apps/{app.id}/start/key-copied", csrf=token).status_code == 303


def test_an_unknown_address_is_a_page_for_people(stranger: Browser) -> None:
    """And our JSON for everybody else."""
    assert "Not found" in text_of(stranger.get("/nothing"))
    assert stranger.get("/nothing", accept="*/*").json()["error"] == "not_found"


def test_a_store_that_is_away_is_told(
    plane: ControlPlane, owner: Browser, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a page that needs no store."""

    def fail(_: object) -> None:
        raise StoreUnavailable("the database cannot be read now")

    monkeypatch.setattr(plane.store, "read", fail)
    # The services are frozen and slotted; the store is theirs by reference.
    answer = owner.get(f"/apps/{app.id}")

    assert answer.status_code == 503
    assert "cannot be read now" in text_of(answer)


def test_files_are_kept_for_good(stranger: Browser) -> None:
    """Their address has a hash of their content; another one is not found."""
    page = stranger.get("/login").text
    [style] = re.findall(r'href="(/assets/dashboard\.[0-9a-f]{16}\.css)"', page)

    answer = stranger.get(style)

    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert stranger.get(style.replace(".css", "0.css")).status_code == 404
    assert stranger.get("/assets/../page.py").status_code == 404


@pytest.mark.parametrize("cookie", ["", "x", "x" * 600, "guess-guess-guess-guess"])
def test_a_cookie_of_nobody_is_a_stranger(stranger: Browser, app: App, cookie: str) -> None:
    """Whatever it holds."""
    stranger.secret = cookie

    assert stranger.get(f"/apps/{app.id}").status_code == 303
