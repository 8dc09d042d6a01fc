"""Attribution over recorded clicks and installs: the product's own matching, in memory.

All times come from the records and nothing is stored, so the same input gives the same answers.
Clicks are forgotten once no install can match them any more; what is kept for ever is one small
answer for each install, because a repeat must get it again however late it comes.
"""

from __future__ import annotations

import sys
from collections import defaultdict, deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from hashlib import blake2b
from itertools import islice, takewhile

from appsprint.domain.attribution import AttributionRules, Decision, attribute_install
from appsprint.domain.click import Click, FilteredVisit
from appsprint.domain.ids import AppId, ClickId, IdPrefix, LinkId
from appsprint.domain.install import Install
from appsprint.domain.link import AdNetwork, Link
from appsprint.ports.ad_network import AdNetworkAdapter
from appsprint.services.attribution import evidence_of, find_clicks
from appsprint.services.clicks import ClickIntake, Visit

# An install can register long after its first open (no network, Play slow to tell). Windows begin
# at the first open, so clicks are kept that much longer than the windows ask for.
LATEST_REGISTRATION = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedVisit:
    """One request to an ad link, as it was recorded.

    Attributes:
        click_id: What the visit is called if it turns out to be a click.
        client_ip: After trusted proxies.
        headers: Names in lower case, ``user-agent`` among them.
        query: The ad link's query, decoded.
    """

    click_id: ClickId
    app_id: AppId
    link_id: LinkId
    campaign_id: str | None
    occurred_at: datetime
    method: str
    client_ip: str
    headers: Mapping[str, str]
    query: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayAnswer:
    """Who earned an install, and why; see ``domain.attribution.Decision``."""

    match_type: str
    confidence: float
    reason: str
    click_id: str | None = None
    link_id: str | None = None
    campaign_id: str | None = None

    @property
    def is_attributed(self) -> bool:
        """Whether a click earned the install."""
        return self.click_id is not None


class Replay:
    """Takes visits and installs in the order of their arrival; answers installs.

    Args:
        networks: Read what a link's query tells.
        rules: Windows and switches, the same for every app.
    """

    def __init__(
        self,
        *,
        networks: Mapping[AdNetwork, AdNetworkAdapter],
        rules: AttributionRules | None = None,
    ) -> None:
        self._rules = rules or AttributionRules()
        self._ids = RecordedIds()
        self._intake = ClickIntake(ids=self._ids, networks=networks, tracking_url="")
        self._clicks = RecentClicks()
        self._answers: dict[bytes, ReplayAnswer] = {}
        windows = self._rules.windows
        self._kept_for = max(windows.click, windows.probabilistic) + LATEST_REGISTRATION

    def visit(self, recorded: RecordedVisit) -> None:
        """Note a visit; one that no person made, or whose id is known, changes nothing."""
        self._ids.next_id = recorded.click_id
        found = self._intake.read(_link_of(recorded), _visit_of(recorded))
        if isinstance(found, FilteredVisit):
            return
        self._clicks.forget_before(recorded.occurred_at - self._kept_for)
        self._clicks.add(_slim(found), campaign_id=recorded.campaign_id)

    def install(self, install: Install) -> ReplayAnswer:
        """Decide an install from what is known now; a repeat gets its first answer."""
        key = _install_key(install)
        known = self._answers.get(key)
        if known is not None:
            return known
        self._clicks.forget_before(install.received_at - self._kept_for)
        evidence = evidence_of(install)
        found = {click.id: click for click in find_clicks(self._clicks, evidence, self._rules)}
        credited = self._clicks.credited_among(install.app_id, found)
        decision = attribute_install(evidence, found.values(), self._rules, credited=credited)
        answer = self._answers[key] = self._answer(decision)
        return answer

    def _answer(self, decision: Decision) -> ReplayAnswer:
        click = decision.click
        if click is None:
            return _organic(str(decision.match_type), str(decision.reason))
        self._clicks.credit(click)
        return ReplayAnswer(
            match_type=str(decision.match_type),
            confidence=decision.confidence,
            reason=decision.reason,
            click_id=click.id,
            link_id=click.link_id,
            campaign_id=self._clicks.campaign_of(click),
        )


@dataclass(frozen=True, slots=True)
class _Kept:
    """A click and the campaign that was recorded with it."""

    click: Click
    campaign_id: str | None


class _AppClicks:
    """One app's clicks by everything that they are looked up by, the newest last."""

    __slots__ = ("by_address", "by_advertising_id", "by_id", "credited")

    def __init__(self) -> None:
        self.by_id: dict[ClickId, _Kept] = {}
        # Lists, as nearly all hold one click and an empty deque takes 600 bytes.
        self.by_address: dict[str, list[Click]] = {}
        self.by_advertising_id: dict[str, list[Click]] = {}
        self.credited: set[ClickId] = set()


class RecentClicks:
    """Clicks as the store would find them; old ones are dropped."""

    def __init__(self) -> None:
        self._in_order: deque[Click] = deque()
        self._apps: defaultdict[AppId, _AppClicks] = defaultdict(_AppClicks)

    def add(self, click: Click, *, campaign_id: str | None) -> None:
        """Keep a click; one whose id its app has already changes nothing."""
        app = self._apps[click.app_id]
        if click.id in app.by_id:
            return
        self._in_order.append(click)
        campaign = None if campaign_id is None else sys.intern(campaign_id)
        app.by_id[click.id] = _Kept(click, campaign)
        if click.address_key is not None:
            app.by_address.setdefault(click.address_key, []).append(click)
        if click.advertising_id is not None:
            app.by_advertising_id.setdefault(click.advertising_id, []).append(click)

    def forget_before(self, instant: datetime) -> None:
        """Drop the clicks that are older."""
        while self._in_order and self._in_order[0].occurred_at < instant:
            self._forget(self._in_order.popleft())

    def get(self, app_id: AppId, click_id: ClickId) -> Click | None:
        """The click, None when it is not or no longer known."""
        kept = self._apps[app_id].by_id.get(click_id)
        return None if kept is None else kept.click

    def by_address(
        self, app_id: AppId, address_key: str, *, since: datetime, until: datetime, limit: int
    ) -> Sequence[Click]:
        """Clicks from one address, both ends included, latest first."""
        latest = reversed(self._apps[app_id].by_address.get(address_key, ()))
        recent = takewhile(lambda click: click.occurred_at >= since, latest)
        return list(islice((click for click in recent if click.occurred_at <= until), limit))

    def by_advertising_id(
        self, app_id: AppId, advertising_id: str, *, since: datetime, limit: int
    ) -> Sequence[Click]:
        """Clicks that carried this advertising id, latest first."""
        latest = reversed(self._apps[app_id].by_advertising_id.get(advertising_id, ()))
        recent = takewhile(lambda click: click.occurred_at >= since, latest)
        return list(islice(recent, limit))

    def credited_among(self, app_id: AppId, click_ids: Collection[ClickId]) -> set[ClickId]:
        """Those that already earned an install."""
        return self._apps[app_id].credited.intersection(click_ids)

    def credit(self, click: Click) -> None:
        """Note that a click earned an install."""
        self._apps[click.app_id].credited.add(click.id)

    def campaign_of(self, click: Click) -> str | None:
        """The campaign that was recorded with a known click."""
        return self._apps[click.app_id].by_id[click.id].campaign_id

    def _forget(self, click: Click) -> None:
        app = self._apps[click.app_id]
        del app.by_id[click.id]
        app.credited.discard(click.id)
        # All orders are the order of arrival, so this click is the first wherever it is.
        if click.address_key is not None:
            _drop_first(app.by_address, click.address_key)
        if click.advertising_id is not None:
            _drop_first(app.by_advertising_id, click.advertising_id)


class RecordedIds:
    """Gives out the identifier that the record has, where the product would make one."""

    def __init__(self) -> None:
        self.next_id = ""

    def new(self, prefix: IdPrefix) -> str:
        """The record's identifier; the prefix is the recorder's matter."""
        del prefix
        return self.next_id


def merged(
    visits: Iterator[RecordedVisit], installs: Iterator[Install]
) -> Iterator[RecordedVisit | Install]:
    """Both records as they would have arrived; at the same instant visits come first."""
    visit = next(visits, None)
    for install in installs:
        while visit is not None and visit.occurred_at <= install.received_at:
            yield visit
            visit = next(visits, None)
        yield install
    if visit is not None:
        yield visit
    yield from visits


def _link_of(recorded: RecordedVisit) -> Link:
    return Link(
        id=recorded.link_id,
        app_id=recorded.app_id,
        slug=recorded.link_id,
        network=AdNetwork.TIKTOK,
        name="",
        destination_url="",
        created_at=recorded.occurred_at,
    )


def _visit_of(recorded: RecordedVisit) -> Visit:
    return Visit(
        method=recorded.method,
        path_and_query=f"/c/{recorded.link_id}?{_encoded(recorded.query)}",
        headers=recorded.headers,
        client_ip=recorded.client_ip,
        received_at=recorded.occurred_at,
    )


# Enough for our own reader, at a tenth of the standard encoder's cost.
_ESCAPES = str.maketrans({character: f"%{ord(character):02X}" for character in "%&+=#"})


def _encoded(query: Mapping[str, str]) -> str:
    return "&".join(
        f"{name.translate(_ESCAPES)}={value.translate(_ESCAPES)}" for name, value in query.items()
    )


def _slim(click: Click) -> Click:
    """Without what matching does not read; texts that many clicks share are kept once."""
    language = click.accept_language
    return replace(
        click,
        app_id=AppId(sys.intern(click.app_id)),
        link_id=LinkId(sys.intern(click.link_id)),
        user_agent=sys.intern(click.user_agent),
        accept_language=None if language is None else sys.intern(language),
        client_ip="",
        http_referrer=None,
        page_url="",
    )


@cache
def _organic(match_type: str, reason: str) -> ReplayAnswer:
    """One answer for all installs of a reason: they are many, and all are kept."""
    return ReplayAnswer(match_type=match_type, confidence=0.0, reason=reason)


def _install_key(install: Install) -> bytes:
    """What repeats of an install share; shorter than the ids themselves."""
    text = f"{install.app_id}\n{install.appsprint_id}".encode("utf-8", "surrogatepass")
    return blake2b(text, digest_size=16).digest()


def _drop_first(index: dict[str, list[Click]], key: str) -> None:
    found = index[key]
    del found[0]
    if not found:
        del index[key]
