"""Ad links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from appsprint.domain.ids import AppId, LinkId
from appsprint.domain.link import Link, LinkWindows


@dataclass(frozen=True, slots=True)
class LinkCounts:
    """How much a link brought: clicks by people, and installs credited to them."""

    clicks: int
    installs: int


class LinkRepository(Protocol):
    """Control plane: read whole into memory by the click route."""

    def add(self, link: Link) -> bool:
        """Store a new link; False, and no change, when its slug is taken."""
        ...

    def get(self, app_id: AppId, link_id: LinkId) -> Link | None:
        """The link, archived or not; None when the app has no such link."""
        ...

    def by_slug(self, slug: str) -> Link | None:
        """The link of any app with this slug, archived or not; None when no link has it."""
        ...

    def page(self, app_id: AppId, *, after: LinkId | None, limit: int) -> Sequence[Link]:
        """The app's links, newest first, beginning below ``after``."""
        ...

    def all(self) -> Sequence[Link]:
        """Every link of every app, archived ones included."""
        ...

    def update(self, link: Link) -> None:
        """Replace a link's name, destination, campaign name, windows or archive mark."""
        ...

    def windows(self, app_id: AppId) -> Mapping[LinkId, LinkWindows]:
        """Of the app's links that do not follow its lookback windows, archived ones included."""
        ...

    def counts(self, app_id: AppId, link_id: LinkId) -> LinkCounts:
        """How many clicks and credited live installs the link has."""
        ...
