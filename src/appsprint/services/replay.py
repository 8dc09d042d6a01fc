"""Attribution over recorded clicks and installs: the product's own matching, in memory.

All times come from the records and nothing is stored, so the same input gives the same answers.
Clicks are forgotten once no install can match them any more; what is kept for ever is one small
answer for each install, because a repeat must get it again however late it comes.
"""

from __future__ import annotations

import sys
from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from hashlib import blake2b
from itertools import islice, takewhile
from typing import Protocol

from appsprint.domain.attribution import attribute_install
from appsprint.domain.click import Click, FilteredVisit
from appsprint.domain.decision import AttributionRules, Decision, InstallEvidence
from appsprint.domain.ids import AppId, ClickId, IdPrefix, LinkId
from appsprint.domain.install import Install
from appsprint.domain.likelihood import LEARNED_FOR, LinkHistory, Surroundings, UnrelatedInstalls
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


class Rule(Protocol):
    """A rule of credit: ``domain.attribution.attribute_install``, or one to compare with it."""

    def __call__(
        self,
        evidence: InstallEvidence,
        clicks: Iterable[Click],
        rules: AttributionRules,
        *,
        credited: Collection[ClickId],
        surroundings: Surroundings,
    ) -> Decision: ...


class Replay:
    """Takes visits and installs in the order of their arrival; answers installs.

    Args:
        networks: Read what a link's query tells.
        rules: Windows and switches, the same for every app.
        rule: The product's own unless another one is to be compared with it.
    """

    def __init__(
        self,
        *,
        networks: Mapping[AdNetwork, AdNetworkAdapter],
        rules: AttributionRules | None = None,
        rule: Rule = attribute_install,
    ) -> None:
        self._rule = rule
        self._rules = rules or AttributionRules()
        self._ids = RecordedIds()
        self._intake = ClickIntake(ids=self._ids, networks=networks, tracking_url="")
        self._clicks = RecentClicks()
        self._traffic = RecentTraffic()
        self._answers: dict[bytes, ReplayAnswer] = {}
        windows = self._rules.widest
        self._kept_for = max(windows.click, windows.probabilistic) + LATEST_REGISTRATION

    def visit(self, recorded: RecordedVisit) -> None:
        """Note a visit; one that no person made, or whose id is known, changes nothing."""
        self._ids.next_id = recorded.click_id
        found = self._intake.read(_link_of(recorded), _visit_of(recorded))
        if isinstance(found, FilteredVisit):
            return
        self._clicks.forget_before(recorded.occurred_at - self._kept_for)
        self._clicks.add(_slim(found), campaign_id=recorded.campaign_id)
        self._traffic.note_click(found)

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
        surroundings = self._traffic.surroundings(install, found.values())
        decision = self._rule(
            evidence, found.values(), self._rules, credited=credited, surroundings=surroundings
        )
        self._traffic.note_install(install, decision)
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


class RecentTraffic:
    """What the clicks and installs so far have taught of addresses and links."""

    def __init__(self) -> None:
        self._unearned: defaultdict[tuple[AppId, str], list[datetime]] = defaultdict(list)
        self._in_order: deque[tuple[datetime, tuple[AppId, str]]] = deque()
        self._links: defaultdict[tuple[AppId, LinkId], list[int]] = defaultdict(lambda: [0, 0])
        self._lessons: defaultdict[AppId, UnrelatedInstalls] = defaultdict(UnrelatedInstalls)
        self._first_at: dict[AppId, datetime] = {}

    def note_click(self, click: Click) -> None:
        """Count a click of its link."""
        self._first_at.setdefault(click.app_id, click.occurred_at)
        self._links[click.app_id, click.link_id][0] += 1

    def note_install(self, install: Install, decision: Decision) -> None:
        """Count an install of the link that earned it, or else of its address."""
        self._lessons[install.app_id] = self._lessons[install.app_id].plus(decision.lesson)
        if decision.click is not None:
            self._links[install.app_id, decision.click.link_id][1] += 1
        elif install.address_key is not None:
            place = (install.app_id, install.address_key)
            self._unearned[place].append(install.received_at)
            self._in_order.append((install.received_at, place))

    def surroundings(self, install: Install, clicks: Iterable[Click]) -> Surroundings:
        """What the rule may know when this install arrives."""
        self._forget_before(install.received_at - LEARNED_FOR)
        place = (install.app_id, install.address_key or "")
        links = {click.link_id for click in clicks}
        first_at = self._first_at.setdefault(install.app_id, install.received_at)
        observed = min(install.received_at - first_at, LEARNED_FOR)
        return Surroundings(
            other_installs=len(self._unearned.get(place, ())),
            observed_hours=observed.total_seconds() / 3600,
            unrelated=self._lessons[install.app_id],
            links={link: LinkHistory(*self._links[install.app_id, link]) for link in links},
        )

    def _forget_before(self, instant: datetime) -> None:
        while self._in_order and self._in_order[0][0] < instant:
            _, place = self._in_order.popleft()
            del self._unearned[place][0]
            if not self._unearned[place]:
                del self._unearned[place]


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
