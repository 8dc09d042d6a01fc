"""Ad links: the tracking addresses that people paste into an ad network's ads."""

from __future__ import annotations

import secrets
import string
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import partial
from typing import Final, Literal
from urllib.parse import urlencode

import structlog

from appsprint.config import Settings
from appsprint.domain.app import (
    CLICK_LOOKBACK_HOURS,
    PROBABILISTIC_LOOKBACK_HOURS,
    App,
    Platform,
    require_store_page,
)
from appsprint.domain.audit import AuditAction
from appsprint.domain.ids import AppId, IdPrefix, LinkId
from appsprint.domain.link import AdNetwork, Link
from appsprint.errors import InvalidInput, NotFound
from appsprint.ports.ad_network import AdNetworkAdapter
from appsprint.ports.clock import Clock, IdSource
from appsprint.ports.links import LinkCounts
from appsprint.ports.store import Store, UnitOfWork
from appsprint.services.acting import differences, entry
from appsprint.services.apps import require_app
from appsprint.services.checks import Problems, quoted, require_name, require_within
from appsprint.services.creation import Creation
from appsprint.services.directory import Directory
from appsprint.services.link_preview import LinkPreview, preview_link

log = structlog.get_logger()

SLUG_LENGTH = 9
_SLUG_LETTERS = string.ascii_letters + string.digits
_STORE_NAMES = {Platform.IOS: "App Store", Platform.ANDROID: "Play Store"}
_CHANGEABLE = (
    *("name", "destination_url", "campaign_name"),
    *("click_lookback_hours", "probabilistic_lookback_hours"),
)


class FollowApp(Enum):
    """Stands for the app's window where a link is to have none of its own any more."""

    FOLLOW_APP = "follow_app"


FOLLOW_APP: Final = FollowApp.FOLLOW_APP
WindowChange = int | Literal[FollowApp.FOLLOW_APP] | None
_require_click_hours = partial(
    require_within, "click_lookback_hours", CLICK_LOOKBACK_HOURS, "hours"
)
_require_probabilistic_hours = partial(
    require_within, "probabilistic_lookback_hours", PROBABILISTIC_LOOKBACK_HOURS, "hours"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLink:
    """What a person gives for a new ad link, as typed."""

    network: str
    name: str
    destination_url: str
    campaign_name: str | None = None
    click_lookback_hours: int | None = None
    probabilistic_lookback_hours: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkChanges:
    """What to change of a link, as typed; None leaves it, an empty campaign name removes it."""

    name: str | None = None
    destination_url: str | None = None
    campaign_name: str | None = None
    click_lookback_hours: WindowChange = None
    probabilistic_lookback_hours: WindowChange = None


@dataclass(frozen=True, slots=True)
class CountedLink:
    """A link and what it brought."""

    link: Link
    counts: LinkCounts


def random_slug() -> str:
    """Letters and digits that nobody can guess."""
    return "".join(secrets.choice(_SLUG_LETTERS) for _ in range(SLUG_LENGTH))


class LinkService:
    """The control plane of ad links. Changes are in force for the click route at once."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        ids: IdSource,
        directory: Directory,
        networks: Mapping[AdNetwork, AdNetworkAdapter],
        settings: Settings,
        new_slug: Callable[[], str] = random_slug,
    ) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._directory = directory
        self._networks = networks
        self._settings = settings
        self._new_slug = new_slug

    def create(self, app_id: AppId, wanted: NewLink) -> Link:
        """A new link; see ``creation``."""
        created = self._store.write(self.creation(app_id, wanted))
        self._directory.refresh()
        return created

    def creation(self, app_id: AppId, wanted: NewLink) -> Creation[Link]:
        """The unit of work that stores a new link under a slug of its own.

        Raises:
            NotFound: There is no such app.
            InvalidInput: Every value that is not allowed; the destination must be this app's
                own store page.
        """
        app = self._store.read(lambda uow: require_app(uow, app_id))
        link = self._check_new(app, wanted)
        told = entry(link.created_at, AuditAction.LINK_CREATED, app_id=app_id, subject=link.name)

        def work(uow: UnitOfWork) -> Link:
            require_app(uow, app_id)
            stored = link
            # A taken slug is one chance in 10^16 for each link there is.
            while not uow.links.add(stored):
                stored = replace(stored, slug=self._new_slug())
            uow.audit.add(told)
            return stored

        return work

    def get(self, app_id: AppId, link_id: LinkId) -> CountedLink:
        """The link, archived or not, with its clicks and installs.

        Raises:
            NotFound: The app has no such link.
        """
        return self._store.read(lambda uow: _counted(uow, _require_link(uow, app_id, link_id)))

    def page(
        self, app_id: AppId, *, after: LinkId | None = None, limit: int = 50
    ) -> Sequence[CountedLink]:
        """The app's links, newest first, beginning below ``after``; archived ones included."""

        def work(uow: UnitOfWork) -> Sequence[CountedLink]:
            require_app(uow, app_id)
            links = uow.links.page(app_id, after=after, limit=limit)
            return [_counted(uow, link) for link in links]

        return self._store.read(work)

    def update(self, app_id: AppId, link_id: LinkId, changes: LinkChanges) -> CountedLink:
        """Change a link's name, destination, campaign name or lookback windows.

        Raises:
            NotFound: The app has no such link.
            InvalidInput: Every value that is not allowed; nothing was changed.
        """
        told = entry(self._clock.now(), AuditAction.LINK_UPDATED, app_id=app_id)

        def work(uow: UnitOfWork) -> CountedLink:
            app = require_app(uow, app_id)
            present = _require_link(uow, app_id, link_id)
            changed = _changed(app, present, changes)
            details = differences(present, changed, *_CHANGEABLE)
            if details:
                uow.links.update(changed)
                uow.audit.add(replace(told, subject=changed.name, details=details))
            return _counted(uow, changed)

        updated = self._store.write(work)
        self._directory.refresh()
        return updated

    def archive(self, app_id: AppId, link_id: LinkId) -> CountedLink:
        """End a link: it still leads to the store, and its clicks earn nothing any more.

        Raises:
            NotFound: The app has no such link.
        """
        now = self._clock.now()
        told = entry(now, AuditAction.LINK_ARCHIVED, app_id=app_id)

        def work(uow: UnitOfWork) -> CountedLink:
            link = _require_link(uow, app_id, link_id)
            archived = replace(link, archived_at=link.archived_at or now)
            if link.archived_at is None:
                uow.links.update(archived)
                uow.audit.add(replace(told, subject=link.name))
            return _counted(uow, archived)

        archived = self._store.write(work)
        self._directory.refresh()
        log.info("link_archived", app_id=app_id, link_id=link_id)
        return archived

    def preview(self, app_id: AppId, link_id: LinkId, address: str | None = None) -> LinkPreview:
        """What a visit to ``address`` would record; None tries the link as it was generated.

        Raises:
            NotFound: The app has no such link.
        """

        def work(uow: UnitOfWork) -> tuple[App, Link]:
            return require_app(uow, app_id), _require_link(uow, app_id, link_id)

        app, link = self._store.read(work)
        url = self.url_of(link)
        dialect = self._networks[link.network].links
        return preview_link(link, app, dialect, link_url=url, address=address or url)

    def url_of(self, link: Link) -> str:
        """The finished link to paste into an ad, the network's macros included."""
        parameters = urlencode(self._networks[link.network].links.link_parameters())
        return f"{self._settings.tracking_url}/c/{link.slug}?{parameters}"

    def _check_new(self, app: App, wanted: NewLink) -> Link:
        check = (problems := Problems()).check
        link = Link(
            id=LinkId(self._ids.new(IdPrefix.LINK)),
            app_id=app.id,
            slug=self._new_slug(),
            network=check(_require_network, wanted.network, otherwise=AdNetwork.TIKTOK),
            name=check(require_name, wanted.name, otherwise=""),
            destination_url=check(
                partial(_require_destination, app), wanted.destination_url, otherwise=""
            ),
            campaign_name=check(_read_campaign_name, wanted.campaign_name, otherwise=None),
            click_lookback_hours=check(
                _require_click_hours, wanted.click_lookback_hours, otherwise=None
            ),
            probabilistic_lookback_hours=check(
                _require_probabilistic_hours, wanted.probabilistic_lookback_hours, otherwise=None
            ),
            created_at=self._clock.now(),
        )
        problems.raise_if_any()
        return link


def _require_link(uow: UnitOfWork, app_id: AppId, link_id: LinkId) -> Link:
    require_app(uow, app_id)
    link = uow.links.get(app_id, link_id)
    if link is None:
        raise NotFound(f"this app has no ad link {quoted(link_id)}")
    return link


def _counted(uow: UnitOfWork, link: Link) -> CountedLink:
    return CountedLink(link, uow.links.counts(link.app_id, link.id))


def _changed(app: App, link: Link, changes: LinkChanges) -> Link:
    check = (problems := Problems()).check
    changed = replace(
        link,
        name=check(require_name, changes.name, otherwise=link.name),
        destination_url=check(
            partial(_require_destination, app),
            changes.destination_url,
            otherwise=link.destination_url,
        ),
        campaign_name=check(
            _read_campaign_name, changes.campaign_name, otherwise=link.campaign_name
        ),
        click_lookback_hours=(
            None
            if changes.click_lookback_hours is FOLLOW_APP
            else check(
                _require_click_hours,
                changes.click_lookback_hours,
                otherwise=link.click_lookback_hours,
            )
        ),
        probabilistic_lookback_hours=(
            None
            if changes.probabilistic_lookback_hours is FOLLOW_APP
            else check(
                _require_probabilistic_hours,
                changes.probabilistic_lookback_hours,
                otherwise=link.probabilistic_lookback_hours,
            )
        ),
    )
    problems.raise_if_any()
    return changed


def _require_network(network: str) -> AdNetwork:
    if network not in set(AdNetwork):
        raise InvalidInput(f"must be one of {', '.join(AdNetwork)}", field="network")
    return AdNetwork(network)


def _require_destination(app: App, destination_url: str) -> str:
    """The store page of this very app, where the link leads people."""
    field = "destination_url"
    url = destination_url.strip()
    page = require_store_page(url, app.platform, field=field)
    if page.store_id != app.store_id:
        raise InvalidInput(
            f"this is the page of another app ({quoted(page.store_id)}); the link must lead to "
            f"this app's {_STORE_NAMES[app.platform]} page ({app.store_id})",
            field=field,
        )
    return url


def _read_campaign_name(text: str) -> str | None:
    return require_name(text, field="campaign_name") if text.strip() else None
