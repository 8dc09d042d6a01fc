"""Ad links."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from appsprint.domain.ids import AppId, LinkId
from appsprint.domain.link import AdNetwork
from appsprint.errors import InvalidInput, NotFound
from appsprint.services.links import LinkChanges, LinkService, NewLink
from tests.support.control_plane import APP_STORE_URL, PLAY_STORE_URL, ControlPlane

NEW = NewLink(network="tiktok", name=" Spring ", destination_url=f" {APP_STORE_URL}?pt=1 ")


def test_new_link_leads_to_the_store_page(plane: ControlPlane) -> None:
    """Texts are trimmed, the address is kept as it is, and nothing was clicked yet."""
    app = plane.ios_app()

    link = plane.services.links.create(app.id, NEW)

    assert (link.name, link.destination_url) == ("Spring", f"{APP_STORE_URL}?pt=1")
    assert (link.network, link.campaign_name) == (AdNetwork.TIKTOK, None)
    found = plane.services.links.get(app.id, link.id)
    assert (found.link, found.counts.clicks, found.counts.installs) == (link, 0, 0)


def test_slug_is_short_and_needs_no_encoding(plane: ControlPlane) -> None:
    """8 to 10 letters and digits, not to be guessed, different each time."""
    app = plane.ios_app()

    slugs = {plane.services.links.create(app.id, NEW).slug for _ in range(20)}

    assert len(slugs) == 20
    assert all(re.fullmatch(r"[A-Za-z0-9]{8,10}", slug) for slug in slugs)


def test_taken_slug_is_replaced(plane: ControlPlane) -> None:
    """Slugs are unique on the whole server, archived links and other apps included."""
    slugs = iter(["same", "same", "same", "other"])
    services = plane.services
    links = LinkService(
        store=plane.store,
        clock=plane.clock,
        ids=services.ids,
        directory=services.directory,
        networks=services.networks,
        settings=services.settings,
        new_slug=lambda: next(slugs),
    )

    first, second = (links.create(plane.ios_app().id, NEW) for _ in range(2))

    assert (first.slug, second.slug) == ("same", "other")


def test_url_is_complete_with_the_networks_macros(plane: ControlPlane) -> None:
    """It starts with the tracking domain, and macros stay as the network reads them."""
    link = plane.services.links.create(plane.ios_app().id, NEW)

    url = plane.services.links.url_of(link)

    parts = urlsplit(url)
    query = parse_qs(parts.query)
    assert url.startswith(f"https://go.example/c/{link.slug}?")
    assert query["utm_id"] == ["__CAMPAIGN_ID__"]
    assert "__CID_NAME__" in url
    assert "%" not in url
    assert len(query) < 15


def test_click_route_knows_a_new_link_at_once(plane: ControlPlane) -> None:
    """What was answered works."""
    app = plane.ios_app()

    link = plane.services.links.create(app.id, NEW)

    target = plane.services.directory.known_link(link.slug)
    assert target is not None
    assert (target.link, target.app) == (link, app)


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        pytest.param(replace(NEW, name=""), "name", id="name"),
        pytest.param(replace(NEW, network="myspace"), "network", id="network"),
        pytest.param(replace(NEW, destination_url="x"), "destination_url", id="no address"),
        pytest.param(
            replace(NEW, destination_url=PLAY_STORE_URL), "destination_url", id="other platform"
        ),
        pytest.param(replace(NEW, campaign_name="x" * 201), "campaign_name", id="campaign name"),
    ],
)
def test_wrong_values_are_told_by_field(plane: ControlPlane, wanted: NewLink, field: str) -> None:
    """Nothing is stored."""
    app = plane.ios_app()

    with pytest.raises(InvalidInput) as caught:
        plane.services.links.create(app.id, wanted)

    assert [problem.field for problem in caught.value.problems] == [field]
    assert plane.services.links.page(app.id) == []


def test_page_of_another_app_is_explained(plane: ControlPlane) -> None:
    """A link that led to another app would send people to the wrong place."""
    app = plane.ios_app()
    other = NewLink(network="tiktok", name="x", destination_url=f"{APP_STORE_URL[:-1]}1")

    with pytest.raises(InvalidInput, match="another app") as caught:
        plane.services.links.create(app.id, other)

    assert app.store_id in caught.value.message


def test_all_problems_come_together(plane: ControlPlane) -> None:
    """One answer tells everything that is wrong."""
    wrong = NewLink(network="", name="", destination_url="", campaign_name="\x00")

    with pytest.raises(InvalidInput) as caught:
        plane.services.links.create(plane.ios_app().id, wrong)

    fields = {problem.field for problem in caught.value.problems}
    assert fields == {"network", "name", "destination_url", "campaign_name"}


def test_pages_go_from_the_newest_down(plane: ControlPlane) -> None:
    """A page begins below the one before."""
    app = plane.ios_app()
    made = [plane.services.links.create(app.id, NEW) for _ in range(3)]

    first = plane.services.links.page(app.id, limit=2)
    rest = plane.services.links.page(app.id, after=first[-1].link.id, limit=2)

    assert [found.link for found in (*first, *rest)] == made[::-1]


def test_update_changes_what_is_named(plane: ControlPlane) -> None:
    """An empty campaign name removes it; the slug stays for ever."""
    app = plane.ios_app()
    links = plane.services.links
    link = links.create(app.id, replace(NEW, campaign_name="Launch"))

    renamed = links.update(app.id, link.id, LinkChanges(name="Autumn", campaign_name=" "))
    moved = links.update(app.id, link.id, LinkChanges(destination_url=APP_STORE_URL))

    assert renamed.link == replace(link, name="Autumn", campaign_name=None)
    assert moved.link == replace(renamed.link, destination_url=APP_STORE_URL)
    target = plane.services.directory.known_link(link.slug)
    assert target is not None
    assert target.link == moved.link


def test_wrong_update_changes_nothing(plane: ControlPlane) -> None:
    """Values are checked as for a new link."""
    app = plane.ios_app()
    link = plane.services.links.create(app.id, NEW)

    with pytest.raises(InvalidInput):
        plane.services.links.update(
            app.id, link.id, LinkChanges(name="fine", destination_url=PLAY_STORE_URL)
        )

    assert plane.services.links.get(app.id, link.id).link == link


def test_archiving_keeps_the_first_time(plane: ControlPlane) -> None:
    """Archiving twice is the same as once, and the link stays to be seen."""
    app = plane.ios_app()
    link = plane.services.links.create(app.id, NEW)

    archived = plane.services.links.archive(app.id, link.id)
    plane.clock.advance(timedelta(days=1))
    again = plane.services.links.archive(app.id, link.id)

    assert archived.link.archived_at == again.link.archived_at is not None
    assert plane.services.links.page(app.id)[0].link == again.link
    target = plane.services.directory.known_link(link.slug)
    assert target is not None
    assert target.link.archived_at is not None


def test_links_of_other_apps_are_not_found(plane: ControlPlane) -> None:
    """Every call stays within its app."""
    own, other = plane.ios_app(), plane.ios_app()
    links = plane.services.links
    link = links.create(other.id, NEW)

    with pytest.raises(NotFound):
        links.get(own.id, link.id)
    with pytest.raises(NotFound):
        links.update(own.id, link.id, LinkChanges())
    with pytest.raises(NotFound):
        links.archive(own.id, link.id)
    with pytest.raises(NotFound):
        links.page(AppId("app_none"))
    with pytest.raises(NotFound):
        links.create(AppId("app_none"), NEW)
    with pytest.raises(NotFound):
        links.get(other.id, LinkId("lnk_none"))
