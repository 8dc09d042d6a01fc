"""Whose campaign it is, where several apps import one ad account.

An ad account lists all its campaigns to everyone who reads it, so two apps of one company see each
other's. What tells them apart is a fact of TikTok's: the page that an ad leads to. An ad that leads
to an app's ad link is that app's; its ad group and its campaign are too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from appsprint.domain.cost import AdEntity, AdLevel
from appsprint.domain.ids import AppId

_LINK_PATH = "/c/"


class Belonging(StrEnum):
    """How a campaign, an ad group or an ad stands to one app.

    ``OURS``: its ads lead to this app's ad links, and to no other app's that imports the account.
    ``SHARED``: they lead to this app's and to another's. ``UNCLAIMED``: they lead to nobody's.
    ``OTHERS``: they lead to another app's only, whose own report has them.
    """

    OURS = "ours"
    SHARED = "shared"
    UNCLAIMED = "unclaimed"
    OTHERS = "others"

    @property
    def is_counted(self) -> bool:
        """Whether its spend stands in the app's report.

        Only what another app's report shows is left out, so that no spend is in none.
        """
        return self is not Belonging.OTHERS


@dataclass(frozen=True, slots=True, kw_only=True)
class Landing:
    """An ad that leads, or once led, to the ad link of an app.

    Attributes:
        app_id: The app of the link.
    """

    ad_id: str
    adgroup_id: str | None
    campaign_id: str
    app_id: AppId


# From an entity up to its campaign: the ids, nearest first.
_Line = tuple[tuple[AdLevel, str], ...]


class Belongings:
    """How everything in an ad account stands to one app; see ``belongings_of``."""

    def __init__(self, app_id: AppId, landings: Iterable[Landing], ads: Iterable[AdEntity]) -> None:
        self._app_id = app_id
        self._claims: defaultdict[tuple[AdLevel, str], set[AppId]] = defaultdict(set)
        self._lines: dict[tuple[AdLevel, str], _Line] = {}
        for ad in ads:
            self._note(_line(ad.id, ad.adgroup_id, ad.campaign_id))
        for landing in landings:
            line = _line(landing.ad_id, landing.adgroup_id, landing.campaign_id)
            self._note(line)
            for place in line:
                self._claims[place].add(landing.app_id)

    def of(self, level: AdLevel, entity_id: str) -> Belonging:
        """How one entity stands to the app; unclaimed when nothing is known of it."""
        line = self._lines.get((level, entity_id), ())
        claimants: Iterable[Set[AppId]] = (self._claims.get(place, set()) for place in line)
        return belonging_of(self._app_id, next(filter(None, claimants), frozenset()))

    def left_out(self, level: AdLevel) -> frozenset[str]:
        """The ids of one level whose spend is another app's alone."""
        return frozenset(
            entity_id
            for known, entity_id in self._lines
            if known is level and not self.of(level, entity_id).is_counted
        )

    def foreign_ads(self, level: AdLevel) -> Mapping[str, str]:
        """Ads of other apps below something of ``level`` that is counted, by ad id: what is above.

        What these ads did is in the numbers of what is above them, and is not the app's.
        """
        left_out = self.left_out(level)
        above = {
            ad_id: dict(self._lines[AdLevel.AD, ad_id]).get(level)
            for ad_id in self.left_out(AdLevel.AD)
        }
        return {ad_id: top for ad_id, top in above.items() if top and top not in left_out}

    def _note(self, line: _Line) -> None:
        for number, place in enumerate(line):
            self._lines[place] = line[number:]


def _line(ad_id: str, adgroup_id: str | None, campaign_id: str) -> _Line:
    adgroup = () if adgroup_id is None else ((AdLevel.ADGROUP, adgroup_id),)
    return ((AdLevel.AD, ad_id), *adgroup, (AdLevel.CAMPAIGN, campaign_id))


def belonging_of(app_id: AppId, claimants: Set[AppId]) -> Belonging:
    """How something stands to ``app_id`` when its ads lead to the links of ``claimants``."""
    if not claimants:
        return Belonging.UNCLAIMED
    if app_id not in claimants:
        return Belonging.OTHERS
    return Belonging.OURS if len(claimants) == 1 else Belonging.SHARED


def belongings_of(
    app_id: AppId, landings: Iterable[Landing], ads: Iterable[AdEntity] = ()
) -> Belongings:
    """How the account that ``app_id`` imports stands to it; order and repeats never matter.

    What leads to nobody's link goes with its ad group, or else with its campaign, so that all
    levels come to the same sums.

    Args:
        landings: Of this app, and of the others that import the same account: an app that does
            not would leave out spend that is then in no report.
        ads: All ads of the account; without them only what has a landing is known below campaigns.
    """
    return Belongings(app_id, landings, ads)


def landing_slug(landing_page_url: str | None) -> str | None:
    """The slug of the ad link that a page's address is; None where it is none. Never raises.

    The host is not looked at: a slug is random and unique, and the tracking domain may change.
    """
    try:
        path = urlsplit(landing_page_url or "").path
    except ValueError:
        return None
    return path.rpartition(_LINK_PATH)[2].rstrip("/") or None if _LINK_PATH in path else None
