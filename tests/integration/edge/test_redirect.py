"""``GET /c/{slug}`` over a real socket: what is recorded, and where people go."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from appsprint.domain.click import Click
from appsprint.domain.ids import ClickId
from appsprint.ports.store import UnitOfWork
from appsprint.services.attribution import read_link
from appsprint.services.links import LinkChanges
from tests.support.builders import IDFA, PIXEL_8
from tests.support.control_plane import APP_STORE_URL, PLAY_STORE_URL
from tests.support.server import LiveApp, LiveServer
from tests.support.user_agents import TIKTOK_IPHONE_WITH_UUID
from tests.support.waiting import wait_for

pytestmark = pytest.mark.integration

ADDRESS = "203.0.113.7"
PERSON = {"User-Agent": TIKTOK_IPHONE_WITH_UUID, "X-Forwarded-For": ADDRESS}


def visit(
    server: LiveServer, app: LiveApp, query: str = "", *, method: str = "GET", **headers: str
) -> httpx.Response:
    """A person's visit to the app's link, but for ``headers``."""
    sent = {**PERSON, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return server.http.request(method, f"{app.click_path}{query}", headers=sent)


def clicks_of(server: LiveServer, app: LiveApp) -> list[Click]:
    """Every click of an app, oldest first."""
    with closing(sqlite3.connect(server.database)) as connection:
        ids = connection.execute(
            "SELECT click_id FROM clicks WHERE app_id = ? ORDER BY click_id", (app.app.id,)
        ).fetchall()

    def work(uow: UnitOfWork) -> list[Click]:
        found = [uow.clicks.get(app.app.id, ClickId(one)) for (one,) in ids]
        return [click for click in found if click is not None]

    return server.store.read(work)


def kinds_of(server: LiveServer, app: LiveApp) -> list[str]:
    """The kinds of visits that no person made."""
    with closing(sqlite3.connect(server.database)) as connection:
        rows = connection.execute(
            "SELECT kind FROM filtered_visits WHERE app_id = ? ORDER BY visit_id", (app.app.id,)
        )
        return [row[0] for row in rows]


def only_click(server: LiveServer, app: LiveApp) -> Click:
    """The one click of an app; it is there before the answer."""
    [click] = clicks_of(server, app)
    return click


def test_an_iphone_goes_to_exactly_the_store_page(server: LiveServer, ios: LiveApp) -> None:
    """302, kept by no cache."""
    response = visit(server, ios, "?ttclid=E.C.P")

    assert (response.status_code, response.headers["location"]) == (302, APP_STORE_URL)
    assert response.headers["cache-control"] == "no-store"
    assert response.content == b""
    click = only_click(server, ios)
    assert (click.client_ip, click.user_agent) == (ADDRESS, TIKTOK_IPHONE_WITH_UUID)
    assert click.page_url == f"https://go.example{ios.click_path}?ttclid=E.C.P"


def test_an_android_phone_carries_the_click_into_play(server: LiveServer, android: LiveApp) -> None:
    """As Play's install referrer."""
    response = visit(server, android, User_Agent=PIXEL_8)

    parts = urlsplit(response.headers["location"])
    query = parse_qs(parts.query)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}?id={query['id'][0]}" == PLAY_STORE_URL
    referrer = parse_qs(query["referrer"][0])
    assert referrer["utm_source"] == ["tiktok"]
    assert referrer["click_id"] == [only_click(server, android).id]


@pytest.mark.parametrize(
    ("raw", "ttclid"),
    [
        ("E.C.P.CoQB_x-~", "E.C.P.CoQB_x-~"),
        ("a%2Bb%2Fc%3D%3D", "a+b/c=="),
        ("ABCabc012", "ABCabc012"),
        ("%F0%9F%8C%B8", "🌸"),
        ("x" * 1024, "x" * 1024),
        ("__CLICKID__", None),
        ("%5F%5FCLICKID%5F%5F", None),
        ("", None),
    ],
)
def test_tiktoks_click_id_is_kept_exactly(
    server: LiveServer, ios: LiveApp, raw: str, ttclid: str | None
) -> None:
    """Any case, odd forms, up to 1,024 characters; a macro that still stands is missing."""
    visit(server, ios, f"?ttclid={raw}")

    click = only_click(server, ios)
    assert click.page_url.endswith(f"?ttclid={raw}")
    assert read_link(server.services.networks, click).network_click_id == ttclid


def test_the_finished_link_brings_its_macros_back(server: LiveServer, ios: LiveApp) -> None:
    """As TikTok expands them, and as it leaves them."""
    url = urlsplit(server.services.links.url_of(ios.link))
    assert (url.netloc, url.path) == ("go.example", ios.click_path)
    names = {value[0]: name for name, value in parse_qs(url.query).items()}
    expanded = {names["__CAMPAIGN_ID__"]: "17", names["__CAMPAIGN_NAME__"]: "Spring & more"}
    response = server.http.get(
        ios.click_path,
        params={**{name: macro for macro, name in names.items()}, **expanded},
        headers=PERSON,
    )

    assert response.status_code == 302
    told = read_link(server.services.networks, only_click(server, ios))
    assert (told.campaign_id, told.campaign_name) == ("17", "Spring & more")
    assert (told.adgroup_id, told.ad_name) == (None, None)


def test_language_referrer_and_advertising_id_are_recorded(
    server: LiveServer, ios: LiveApp
) -> None:
    """Where the request tells them."""
    visit(
        server,
        ios,
        f"?idfa={IDFA.upper()}",
        Accept_Language="pt-BR,pt;q=0.9",
        Referer="https://www.tiktok.com/",
    )

    click = only_click(server, ios)
    assert (click.accept_language, click.http_referrer) == (
        "pt-BR,pt;q=0.9",
        "https://www.tiktok.com/",
    )
    assert click.advertising_id == IDFA


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ({"X_Moz": "prefetch"}, "prefetch"),
        ({"Purpose": "prefetch"}, "prefetch"),
        ({"Sec_Purpose": "prefetch;prerender"}, "prefetch"),
        ({"User_Agent": "facebookexternalhit/1.1"}, "preview"),
        ({"User_Agent": "WhatsApp/2.23.20.0"}, "preview"),
        ({"User_Agent": "Mozilla/5.0 (compatible; Googlebot/2.1)"}, "crawler"),
        ({"User_Agent": "curl/8.0"}, "crawler"),
    ],
)
def test_machines_are_redirected_and_kept_apart(
    server: LiveServer, android: LiveApp, headers: dict[str, str], kind: str
) -> None:
    """Without a click, and without a click id in the store's address."""
    response = visit(server, android, "?ttclid=x", **headers)

    assert (response.status_code, response.headers["location"]) == (302, PLAY_STORE_URL)
    assert clicks_of(server, android) == []
    assert kinds_of(server, android) == [kind]


def test_a_head_request_is_no_click(server: LiveServer, ios: LiveApp) -> None:
    """It gets the redirect."""
    response = visit(server, ios, method="HEAD")

    assert (response.status_code, response.headers["location"]) == (302, APP_STORE_URL)
    assert (clicks_of(server, ios), kinds_of(server, ios)) == ([], ["head"])


def test_an_archived_link_still_redirects(server: LiveServer, android: LiveApp) -> None:
    """Its clicks are recorded without credit."""
    server.services.links.archive(android.app.id, android.link.id)

    assert visit(server, android).headers["location"] == PLAY_STORE_URL
    assert not only_click(server, android).earns_credit


def test_a_deleted_apps_link_still_redirects(server: LiveServer, ios: LiveApp) -> None:
    """Ads that still run lead people to the store; nothing is recorded."""
    server.services.apps.delete(ios.app.id)

    response = visit(server, ios)

    assert (response.status_code, response.headers["location"]) == (302, APP_STORE_URL)
    assert clicks_of(server, ios) == []


def test_a_store_page_with_other_letters(server: LiveServer, ios: LiveApp) -> None:
    """A header takes ASCII only; what is encoded already is not encoded again."""
    page = "https://apps.apple.com/us/app/ein-spaß%20/id1234567890?l=de&x=a+b"
    server.services.links.update(ios.app.id, ios.link.id, LinkChanges(destination_url=page))

    location = visit(server, ios).headers["location"]

    assert location == page.replace("ß", "%C3%9F")


@pytest.mark.parametrize("path", ["/c/unknown", "/c/", "/c//", "/c/a/b", "/c/%00", "/c/é"])
def test_an_unknown_slug_is_a_small_page(server: LiveServer, path: str) -> None:
    """For people."""
    response = server.http.get(path, headers=PERSON)

    assert response.status_code == 404
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert "does not exist" in response.text
    assert len(response.content) < 1_000


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_other_methods_are_refused(server: LiveServer, ios: LiveApp, method: str) -> None:
    """With those that are not."""
    response = visit(server, ios, method=method)

    assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD")
    assert clicks_of(server, ios) == []


def test_a_link_made_by_another_process_works_at_once(server: LiveServer, ios: LiveApp) -> None:
    """The command line writes to the same database."""
    with closing(sqlite3.connect(server.database)) as other, other:
        other.execute(
            "INSERT INTO links"
            " (link_id, app_id, slug, network, name, destination_url, created_at_ms)"
            " SELECT 'lnk_z', app_id, 'fromCli', network, name, destination_url, created_at_ms"
            " FROM links WHERE link_id = ?",
            (ios.link.id,),
        )
    response = server.http.get("/c/fromCli", headers=PERSON)

    assert (response.status_code, response.headers["location"]) == (302, APP_STORE_URL)


# Whose address it is


@pytest.mark.parametrize(
    ("forwarded", "client_ip"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("198.51.100.1, 203.0.113.9", "203.0.113.9"),
        ("203.0.113.9, 127.0.0.1", "203.0.113.9"),
        ("2001:db8::1", "2001:db8::1"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("203.0.113.9:1234", "203.0.113.9"),
        ("nonsense", "127.0.0.1"),
        ("", "127.0.0.1"),
        (", ,", "127.0.0.1"),
        ("127.0.0.1", "127.0.0.1"),
    ],
)
def test_a_trusted_proxy_tells_the_address(
    server: LiveServer, ios: LiveApp, forwarded: str, client_ip: str
) -> None:
    """The nearest entry that is not one of our own."""
    visit(server, ios, X_Forwarded_For=forwarded)

    assert only_click(server, ios).client_ip == client_ip


def test_nobody_else_is_believed(tmp_path: Path) -> None:
    """Without a trusted proxy, the socket's address counts."""
    with LiveServer(tmp_path, trusted_proxies=()) as server:
        app = server.new_app()
        visit(server, app)

        assert only_click(server, app).client_ip == "127.0.0.1"


# A store that cannot take it in time


def test_a_click_that_the_store_cannot_take_waits_in_the_spool(tmp_path: Path) -> None:
    """The person is redirected within about a second; the click is counted once, later."""
    with LiveServer(tmp_path, click_wait_seconds=0.3) as server:
        app = server.new_app("android")
        spooled = server.metric("appsprint_clicks_spooled_total")
        with server.locked():
            response = visit(server, app, "?ttclid=spooled")
            machine = visit(server, app, method="HEAD")
            ready = server.http.get("/readyz")

        assert response.status_code == machine.status_code == 302
        assert max(one.elapsed.total_seconds() for one in (response, machine)) < 1.3
        assert ready.status_code == 503
        referrer = parse_qs(urlsplit(response.headers["location"]).query)["referrer"][0]
        assert server.metric("appsprint_clicks_spooled_total") == spooled + 2

        wait_for(server.process.spool.is_empty)
        assert parse_qs(referrer)["click_id"] == [only_click(server, app).id]
        assert kinds_of(server, app) == ["head"]
        counts = server.services.links.get(app.app.id, app.link.id).counts
        assert counts.clicks == 1
        assert server.http.get("/readyz").json() == {"status": "ready", "spool": "empty"}


def test_what_the_spool_holds_survives_the_server(tmp_path: Path) -> None:
    """The next one replays it."""
    with LiveServer(tmp_path) as first:
        app = first.new_app()
    with LiveServer(tmp_path, click_wait_seconds=0.1) as second:
        lock = second.locked()
        lock.__enter__()
        visit(second, app, "?ttclid=spooled")
    assert not second.process.spool.is_empty()
    lock.__exit__(None, None, None)

    with LiveServer(tmp_path) as third:
        wait_for(third.process.spool.is_empty)
        assert len(clicks_of(third, app)) == 1
