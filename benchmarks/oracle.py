"""The best that can be known of iPhones: a rule that knows how the world was made.

It sees what our rule sees, when our rule sees it, and weighs it with the generator's own shares,
rates and delays instead of estimates and of what traffic teaches. It is also told what no server
knows: what kind of network each address is and how many people are behind it, and which links
machines click. Left out, as each is rarer than one in a hundred: later taps that were made on
another network, and clocks that are wrong by hours.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from ipaddress import IPv4Address
from itertools import pairwise
from math import exp, log, pi, prod, sqrt

from appsprint.domain.app import Platform
from appsprint.domain.attribution import attribute_install, strongest_match
from appsprint.domain.click import Click
from appsprint.domain.decision import (
    AttributionRules,
    Candidate,
    Decision,
    InstallEvidence,
    MatchType,
    OrganicReason,
    Verdict,
)
from appsprint.domain.ids import ClickId
from appsprint.domain.likelihood import Surroundings
from appsprint.simulation.machines import FARM_ADS, SPRAY_ADS
from appsprint.simulation.person import QUICK_SPREAD, REPEAT_MINUTES, SLOW_SPREAD
from appsprint.simulation.plan import WorldPlan
from appsprint.simulation.population import APPLE_SYSTEMS, PLACES, TIKTOKS
from appsprint.simulation.records import Spot
from appsprint.simulation.whereabouts import FIRST_IPV4, IPV6_PHONES

_MACHINES = {ad.link_id for ads in (FARM_ADS, SPRAY_ADS) for ad in ads.values()}
_ALL_SYSTEMS = sum(share for *_, share in APPLE_SYSTEMS)
_ALL_PLACES = sum(share for _, share in PLACES)
_PLACE_SHARES = {place.language.lower(): share / _ALL_PLACES for place, share in PLACES}
_TIKTOK_SHARES = {name: share / sum(one for _, one in TIKTOKS) for name, share in TIKTOKS}
_OTHER_LANGUAGES = 4
_AFTER_INSTALL_HOURS, _REINSTALL_HOURS, _DAY_HOURS = 20.0, 5.5 * 24, 24.0
# Taps while the working day lasts: ten hours of five days in seven.
_IN_OFFICE = 0.7 * (10 / 24) * (5 / 7)
_SYSTEM, _SAFARI = re.compile(r"iPhone OS (\S+) like"), re.compile(r" Version/(\S+)")
_TIKTOK, _TAG = re.compile(r"musical_ly_(\S+)"), re.compile(r"FalconTag/(\S+)")


@dataclass(frozen=True, slots=True)
class _Look:
    """What an iPhone's click shows; ``tiktok`` is None in the phone's own browser."""

    systems: tuple[tuple[str, float], ...]
    tiktok: str | None
    tag: str | None
    language: str

    @property
    def system_share(self) -> float:
        """Of all iPhones, those that show this system."""
        return sum(share for _, share in self.systems)

    def may_be(self, other: _Look) -> bool:
        """Whether one phone can show both."""
        is_one_app = self.tiktok is None or other.tiktok is None or self.tiktok == other.tiktok
        is_one_tag = self.tiktok is None or other.tiktok is None or self.tag == other.tag
        shared = {name for name, _ in self.systems} & {name for name, _ in other.systems}
        return is_one_app and is_one_tag and bool(shared) and self.language == other.language


@lru_cache(maxsize=65_536)
def _look(user_agent: str, accept_language: str) -> _Look:
    system, safari = _SYSTEM.search(user_agent), _SAFARI.search(user_agent)
    tiktok, tag = _TIKTOK.search(user_agent), _TAG.search(user_agent)
    return _Look(
        systems=tuple(
            (name, share / _ALL_SYSTEMS)
            for name, reported, share in APPLE_SYSTEMS
            if system and reported == system[1]
            if safari is None or safari[1] == ".".join(name.split(".")[:2])
        ),
        tiktok=tiktok and tiktok[1],
        tag=tag and tag[1],
        language=accept_language.partition(",")[0].lower(),
    )


class Oracle:
    """The reference for one world; a rule like ``attribute_install``."""

    def __init__(self, plan: WorldPlan) -> None:
        self._plan = plan
        self._moved_share = _moved(plan)

    def __call__(
        self,
        evidence: InstallEvidence,
        clicks: Iterable[Click],
        rules: AttributionRules,
        *,
        credited: Collection[ClickId],
        surroundings: Surroundings,
    ) -> Decision:
        """The most probable click, when it is as probable as the app asks for."""
        known = list(clicks)
        if evidence.platform is not Platform.IOS:
            return attribute_install(
                evidence, known, rules, credited=credited, surroundings=surroundings
            )
        tied = [
            click
            for click in known
            if strongest_match(evidence, click) and click.link_id not in _MACHINES
        ]
        case = _Case(self._plan, evidence, tied, credited, surroundings.other_installs)
        return _decision(case, rules, self._moved_share)


class _Case:
    """One install; everything is in installs, taps or people an hour."""

    def __init__(
        self,
        plan: WorldPlan,
        evidence: InstallEvidence,
        clicks: Sequence[Click],
        credited: Collection[ClickId],
        other_installs: int,
    ) -> None:
        self.evidence = evidence
        self._plan = plan
        self._clicks = sorted(clicks, key=lambda click: (click.occurred_at, click.id))
        self._looks = [_look(one.user_agent, one.accept_language or "") for one in self._clicks]
        self._credited = credited
        self._other_installs = other_installs
        self._hours = plan.days * 24.0
        self._system = ".".join(map(str, evidence.device.os_version))
        self._language = (evidence.language or "").lower()
        self._spot = _spot_of(plan, evidence.address_key or "")

    def weights(
        self, rules: AttributionRules, moved_share: float
    ) -> tuple[list[tuple[Click, float]], float]:
        """How many installs like this one an hour each click leads to, and anything else does."""
        eligible: list[tuple[Click, float]] = []
        others = self._of_strangers(moved_share) + self._of_reinstalls()
        for number, click in enumerate(self._clicks):
            rate = self._led_to(number)
            age = self.evidence.installed_at - click.occurred_at
            if click.id not in self._credited and age <= rules.windows.probabilistic:
                eligible.append((click, rate))
            else:
                others += rate
        return eligible, others

    def _led_to(self, number: int) -> float:
        """Installs an hour that a tap leads to here, looking like this one."""
        plan, click = self._plan, self._clicks[number]
        since_open = (self.evidence.installed_at - click.occurred_at).total_seconds() / 3600
        since_arrival = (self.evidence.received_at - click.occurred_at).total_seconds() / 3600
        if since_arrival <= 0 or click.id in self._credited:
            return 0.0
        skewed = plan.skewed_clock_share
        opens = (1 - skewed) * _opens(plan, since_open) + skewed * _opens(plan, since_arrival)
        stays = exp(-max(since_open, 0.0) / plan.stays_hours)
        here = stays + (1 - stays) * self._share_here
        leaves = plan.relay_share if self._spot is Spot.HOME else 0.0
        converts = (1 - plan.repeat_share) * plan.conversion * self._before_any_install
        looks = self._fits(self._looks[number]) * self._is_the_last(number)
        return converts * opens * here * (1 - leaves) * looks

    def _fits(self, look: _Look) -> float:
        """The chance that a phone with a click like this installs like this."""
        share = dict(look.systems).get(self._system, 0.0)
        if not share:
            return 0.0
        own = _PLACE_SHARES.get(look.language)
        if own is not None:
            return share / look.system_share * (look.language == self._language)
        return share / look.system_share * self._place_share

    def _is_the_last(self, number: int) -> float:
        """The chance that no other click was its person's later tap or earned an install."""
        return prod(
            1 - self._is_one_person(number, other)
            for other in range(len(self._clicks))
            if other != number and (other > number or self._clicks[other].id in self._credited)
        )

    def _is_one_person(self, one: int, other: int) -> float:
        """Whether both were made by one person rather than by two."""
        look, changed = self._looks[one], self._looks[other]
        if not look.may_be(changed):
            return 0.0
        if look.tag is not None and look.tag == changed.tag:
            return 1.0
        plan = self._plan
        apart = (self._clicks[other].occurred_at - self._clicks[one].occurred_at).total_seconds()
        hours = abs(apart) / 3600
        mean = REPEAT_MINUTES / 60
        again = plan.repeat_share / mean * exp(-hours * (1 - plan.repeat_share) / mean)
        if apart < 0:
            late = exp(-hours / _AFTER_INSTALL_HOURS) / _AFTER_INSTALL_HOURS
            again = plan.tap_after_install_share * late
        stays = exp(-hours / plan.stays_hours)
        again *= stays + (1 - stays) * self._share_here
        return again / (again + self._strangers_taps(changed))

    def _strangers_taps(self, look: _Look) -> float:
        """Taps an hour that look so, of people whose taps were not seen here."""
        if look.tag is not None:
            return 0.0
        plan = self._plan
        taps = plan.tappers_share / (1 - plan.repeat_share) / self._hours * self._share_here
        tiktok = 1.0 if look.tiktok is None else _TIKTOK_SHARES[look.tiktok]
        alike = look.system_share * tiktok * self._language_share(look.language)
        return self._strangers * taps * alike + 1e-12

    def _of_strangers(self, moved_share: float) -> float:
        """Installs an hour of people whose taps were not seen here."""
        plan = self._plan
        alike = self._system_share * self._place_share
        organic = (1 - plan.tappers_share) * plan.organic_share
        moved = plan.tappers_share * plan.conversion * moved_share * (1 - self._share_here)
        leaves = plan.relay_share if self._spot is Spot.HOME else 0.0
        a_person = (organic + moved) * (1 - leaves) / self._hours * self._share_here
        return self._strangers * a_person * alike

    def _of_reinstalls(self) -> float:
        """Installs an hour of people who had the app before."""
        plan = self._plan
        again = plan.reinstall_share / _REINSTALL_HOURS * self._share_here
        seen = sum(
            self._fits(look)
            for click, look in zip(self._clicks, self._looks, strict=True)
            if click.id in self._credited
        )
        alike = self._system_share * self._place_share
        return again * (seen + self._other_installs * alike) + 1e-12

    @cached_property
    def _before_any_install(self) -> float:
        """Of taps, those of people who have not installed yet."""
        plan = self._plan
        before = plan.tappers_share / (1 - plan.repeat_share)
        organic = (1 - plan.tappers_share) * plan.organic_share
        installs = plan.tappers_share * plan.conversion + organic
        return before / (before + installs * plan.tap_after_install_share)

    @cached_property
    def _share_here(self) -> float:
        """The share of their moments that people of this address spend on it."""
        plan = self._plan
        not_out = 1 - plan.carrier_share
        if self._spot is Spot.CARRIER:
            is_own = self._is_ipv6
            return plan.carrier_share / (1 if is_own else plan.carrier_addresses)
        if self._spot is Spot.OFFICE:
            return not_out * _IN_OFFICE
        return not_out * (1 - plan.office_share * _IN_OFFICE)

    @cached_property
    def _strangers(self) -> float:
        """How many people with an iPhone there are whose taps were not seen here."""
        plan = self._plan
        if self._spot is Spot.CARRIER:
            shares = (1 - plan.carrier_ipv6_share) * plan.ios_share
            return 0.01 if self._is_ipv6 else plan.people * shares
        if self._spot is Spot.OFFICE:
            return plan.people * plan.office_share / max(plan.offices, 1) * plan.ios_share
        seen = len(set(self._looks)) or 1
        sizes = {size: weight * size for size, weight in plan.households.items() if size >= seen}
        expected = sum(size * weight for size, weight in sizes.items())
        people = expected / sum(sizes.values()) if sizes else seen
        return (people - seen) * plan.ios_share + 0.01

    @property
    def _is_ipv6(self) -> bool:
        return ":" in (self.evidence.address_key or "")

    @cached_property
    def _place_share(self) -> float:
        """Of strangers here, those who speak the install's language; a household shares one."""
        if self._spot is not Spot.HOME:
            return _PLACE_SHARES.get(self._language, 0.0)
        spoken = {one.language for one in self._looks if one.language in _PLACE_SHARES}
        return float(self._language in spoken) if spoken else _PLACE_SHARES[self._language]

    @cached_property
    def _system_share(self) -> float:
        shares = {name: share / _ALL_SYSTEMS for name, _, share in APPLE_SYSTEMS}
        return shares.get(self._system, 0.0)

    def _language_share(self, language: str) -> float:
        """Of strangers here, those whose browsers ask for a language."""
        other = self._plan.other_language_share
        if language not in _PLACE_SHARES:
            return other / _OTHER_LANGUAGES
        return (1 - other) * (1.0 if self._spot is Spot.HOME else _PLACE_SHARES[language])


def _moved(plan: WorldPlan) -> float:
    """The share of installs by an ad that come from another network, or later than a day."""
    steps = [10 ** (-3 + 5.3 * number / 400) for number in range(401)]
    stayed = 0.0
    for low, high in pairwise(steps):
        age = (low + high) / 2
        if age <= _DAY_HOURS:
            stayed += _opens(plan, age) * (high - low) * exp(-age / plan.stays_hours)
    return 1 - stayed


def _opens(plan: WorldPlan, hours: float) -> float:
    """The share of an ad's installs that are first opened at this age, an hour."""
    if hours <= 0:
        return 0.0
    quick = _lognormal(hours, plan.quick_median_minutes / 60, QUICK_SPREAD)
    slow = _lognormal(hours, plan.slow_median_hours, SLOW_SPREAD)
    return (1 - plan.slow_share) * quick + plan.slow_share * slow


def _lognormal(hours: float, median: float, spread: float) -> float:
    score = log(hours / median) / spread
    return exp(-score * score / 2) / (hours * spread * sqrt(2 * pi))


def _spot_of(plan: WorldPlan, address: str) -> Spot:
    """The kind of network, in the order in which a town gives out its addresses."""
    if ":" in address:
        return Spot.CARRIER if address.startswith(IPV6_PHONES) else Spot.HOME
    number = int(IPv4Address(address)) - FIRST_IPV4
    for spot, amount in (
        (Spot.CARRIER, plan.carrier_addresses),
        (Spot.OFFICE, plan.offices),
        (Spot.RELAY, plan.relays),
    ):
        if number < amount:
            return spot
        number -= amount
    return Spot.HOME


def _decision(case: _Case, rules: AttributionRules, moved_share: float) -> Decision:
    weighed, others = case.weights(rules, moved_share)
    total = others + sum(weight for _, weight in weighed)
    candidates = sorted(_candidates(case, weighed, total), key=lambda one: -(one.probability or 0))
    best = candidates[0] if candidates else None
    if best is None or (best.probability or 0.0) < rules.min_confidence:
        return Decision(
            match_type=MatchType.ORGANIC,
            click=None,
            confidence=0.0,
            reason=OrganicReason.NOT_SURE_ENOUGH,
            candidates=tuple(candidates),
        )
    return Decision(
        match_type=best.match_type,
        click=best.click,
        confidence=best.probability or 0.0,
        reason="most_probable",
        candidates=(replace(best, verdict=Verdict.WON), *candidates[1:]),
    )


def _candidates(
    case: _Case, weighed: Iterable[tuple[Click, float]], total: float
) -> Iterator[Candidate]:
    for click, weight in weighed:
        age = case.evidence.installed_at - click.occurred_at
        yield Candidate(
            click=click,
            match_type=MatchType.IP_USER_AGENT,
            verdict=Verdict.LESS_PROBABLE,
            age_seconds=age.total_seconds(),
            probability=weight / total,
        )
