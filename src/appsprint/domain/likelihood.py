"""How probable it is that each click of an address led to an install, and that none of them did.

Every click that could have led to the install is weighed against every other one and against the
install that would have come anyway (Bayes' rule). A click's weight is the rate at which taps of
its link lead to installs, times how usual its age is, times a likelihood ratio for each feature:
how much more often one device agrees with itself there than two devices of strangers do. The
weight of "none of them" is the rate of unrelated installs that an address of so many devices has.

The constants are cautious estimates, not fitted to any world: a rare agreement counts for less
than its rarity, and no difference alone rules a device out unless it cannot be the same one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from math import exp, log, pi, prod, sqrt

from appsprint.domain.address import is_truncated
from appsprint.domain.click import Click
from appsprint.domain.device import (
    BrowserDevice,
    DeviceComparison,
    DeviceFeature,
    OperatingSystem,
    WebView,
    device_signature,
    parse_browser,
    parse_web_view,
)
from appsprint.domain.ids import ClickId, LinkId
from appsprint.domain.referrer import PlayReferrer, ReferrerKind

_CACHED_TRAITS = 16_384
# How long traffic teaches what an address is; homes change their address about as often.
LEARNED_FOR = timedelta(days=7)
# The latest clicks of an address that are looked at; a more crowded one is judged by them.
MAX_ADDRESS_CLICKS = 200

# Installs an hour of one device that no tap seen at its address led to: the estimate, as if so
# many installs had been seen already, and its bounds.
_UNRELATED_AN_HOUR, _UNRELATED_STRENGTH = 2e-5, 0.3
_LEAST_UNRELATED, _MOST_UNRELATED = 1e-6, 2e-2
_REMEMBERED_DEVICE_HOURS = 2e6
# The part of them that a device which tapped would have made anyway. Beside a link whose taps
# hardly ever lead to installs, because machines make them, this is the better explanation.
_ANYWAY_SHARE, _MOST_ANYWAY = 0.4, 1e-4
# How many devices an address has beside the one seen, and how many each seen one stands for.
_OTHERS_AT_HOME, _OTHERS_IN_IPV6, _OTHERS_BEHIND_CARRIER = 1.5, 0.7, 15.0
# What is left of a truncated address stands for a /24; of a /48 no more is taken to be in use.
_ADDRESSES_IN_NETWORK = 256
_DEVICES_PER_SEEN = 3.0
# How long a phone keeps its carrier's address on average, and how often it gets it again.
_CARRIER_HOURS, _RETURNS = 6.0, 0.05
# With so many kinds of devices, half of the clicks that look the same are other devices'.
_FEW_KINDS = 10
# How soon what is seen of an address outweighs the estimate.
_ADDRESS_STRENGTH = 0.5

# A link's taps that lead to installs: as if 0.6 of 6 had been seen already.
_PRIOR_INSTALLS, _PRIOR_CLICKS = 0.6, 6.0
_LEAST_CONVERSION, _MOST_CONVERSION = 1e-4, 0.5

# From the tap to the first open: most within minutes, the others within hours and days.
_QUICK_SHARE, _QUICK_MEDIAN_HOURS, _QUICK_SHAPE = 0.65, 5 / 60, 1.3
_SLOW_MEDIAN_HOURS, _SLOW_SPREAD = 5.0, 1.6
# Nothing is downloaded and opened sooner.
_FASTEST_HOURS, _TOO_FAST = 8 / 3600, 0.05

# Of one device: how often does the same feature say the same twice?
_VERSION_AGREES, _MODEL_AGREES, _BUILD_AGREES, _WEB_VIEW_AGREES = 0.97, 0.99, 0.98, 0.95
_LANGUAGE_AGREES, _LANGUAGE_DIFFERS = 0.85, 0.07
# Of strangers: how often does it, before the address has taught it?
_FROZEN_VERSION, _VERSION_BY_DEPTH = 0.45, (1.0, 0.35, 0.2, 0.15)
_APPLE_MODEL, _ANDROID_MODEL, _SAME_BUILD, _SAME_WEB_VIEW = 0.9, 0.05, 0.4, 0.2
_SAME_LANGUAGE = 0.6
_SAME_SIGNATURE = 0.04
# After so many other devices, what the address shows counts as much as the estimate.
_SHARE_STRENGTH = 10.0

# Taps for each one that the same device makes again within the window.
_REPEATS = 0.25

# How much rarer each kind of Play referrer is with an ad's install than with others.
_REFERRER_RATIO: Mapping[ReferrerKind, float] = {
    ReferrerKind.ORGANIC: 0.05,
    ReferrerKind.OTHER: 0.2,
    ReferrerKind.OURS: 0.5,
}


@dataclass(frozen=True, slots=True)
class LinkHistory:
    """What is known of an ad link: its clicks, and how many of them earned an install."""

    clicks: int
    installs: int


@dataclass(frozen=True, slots=True)
class UnrelatedInstalls:
    """How many installs no click earned, and in how many device-hours, over many addresses."""

    installs: float = 0.0
    device_hours: float = 0.0

    @property
    def per_device_hour(self) -> float:
        """The rate, near the estimate until enough is seen."""
        strength = _UNRELATED_STRENGTH
        rate = (strength + self.installs) / (strength / _UNRELATED_AN_HOUR + self.device_hours)
        return min(max(rate, _LEAST_UNRELATED), _MOST_UNRELATED)

    def plus(self, other: UnrelatedInstalls) -> UnrelatedInstalls:
        """Both together; what is very old counts ever less."""
        installs = self.installs + other.installs
        hours = self.device_hours + other.device_hours
        kept = min(_REMEMBERED_DEVICE_HOURS / hours, 1.0) if hours else 1.0
        return UnrelatedInstalls(installs * kept, hours * kept)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What traffic has taught until the install arrived.

    Attributes:
        other_installs: Installs from the address within ``LEARNED_FOR`` that no click earned.
        observed_hours: How much of ``LEARNED_FOR`` the app's traffic has been seen, in hours.
        unrelated: What the app's addresses have taught together.
        links: The links of the clicks; one that is missing counts as new.
    """

    other_installs: int = 0
    observed_hours: float = 0.0
    unrelated: UnrelatedInstalls = UnrelatedInstalls()
    links: Mapping[LinkId, LinkHistory] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Factor:
    """One piece of evidence: above 1 speaks for the click, below 1 against it."""

    name: str
    ratio: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ClickTraits:
    """What a click tells of its device, compared by ``signature`` alone.

    Attributes:
        signature: See ``device.device_signature``.
        language: The first that the browser asks for, BCP 47 in lower case; None when unknown.
    """

    signature: str
    browser: BrowserDevice
    web_view: WebView | None
    language: str | None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ClickTraits) and self.signature == other.signature

    def __hash__(self) -> int:
        return hash(self.signature)


Feature = Callable[[ClickTraits], Hashable]


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """A click that could have led to the install.

    Attributes:
        age_hours: Until the install; negative when a clock lags.
    """

    click: Click
    comparison: DeviceComparison
    age_hours: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """A suspect with how probable it is that it led to the install, 0 to 1, and why."""

    click: Click
    probability: float
    factors: tuple[Factor, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallTraits:
    """What is compared of the install.

    Attributes:
        languages: The app's language first, BCP 47.
        is_cellular: None when the phone did not tell.
    """

    os: OperatingSystem | None
    web_view: WebView | None
    languages: tuple[str, ...]
    is_cellular: bool | None
    referrer: PlayReferrer


class Address:
    """One address at the moment of one install.

    Args:
        install: The install's side of every comparison.
        clicks: The latest clicks of the address within ``LEARNED_FOR``, at most
            ``MAX_ADDRESS_CLICKS`` of them.
        credited: Those of them that earned an install.
        surroundings: What else traffic has taught.
    """

    def __init__(
        self,
        install: InstallTraits,
        clicks: Sequence[Click],
        *,
        credited: Collection[ClickId],
        surroundings: Surroundings,
    ) -> None:
        self._install = install
        # Phones of another system do not install this app, so they are no rivals either.
        self._clicks = [one for one in clicks if _traits(one).browser.os in (None, install.os)]
        self._credited = credited
        self._surroundings = surroundings
        self._by_device: dict[ClickTraits, list[Click]] = {}
        for click in self._clicks:
            self._by_device.setdefault(_traits(click), []).append(click)
        self._ratios: dict[ClickTraits, tuple[Factor, ...]] = {}
        self._values: dict[Feature, Mapping[Hashable, float]] = {}

    def weigh(self, suspects: Sequence[Suspect]) -> list[Weighed]:
        """Share out the certainty among the suspects; what is left is "none of them".

        Args:
            suspects: Those of the clicks that nothing rules out, in any order.

        Returns:
            One for each suspect, in the order given; the probabilities add up to less than 1.
        """
        factors = [self._factors_of(suspect) for suspect in suspects]
        ratios = [prod(factor.ratio for factor in some) for some in factors]
        weights = self._shared_among_taps(
            suspects,
            [
                self._installs_an_hour(suspect) * ratio
                for suspect, ratio in zip(suspects, ratios, strict=True)
            ],
        )
        nobody = self._unrelated_an_hour() + self._anyway_an_hour() * max(ratios, default=0.0)
        total = nobody + sum(weights)
        return [
            Weighed(click=suspect.click, probability=weight / total, factors=some)
            for suspect, some, weight in zip(suspects, factors, weights, strict=True)
        ]

    def _shared_among_taps(
        self, suspects: Sequence[Suspect], weights: Sequence[float]
    ) -> Sequence[float]:
        """Weights with those of earlier taps given to the last tap of the same device.

        Taps that look the same are one person's as far as no other person explains them.
        """
        shared = list(weights)
        by_device: dict[ClickTraits, list[int]] = {}
        for number in sorted(range(len(suspects)), key=lambda n: _time(suspects[n].click)):
            by_device.setdefault(_traits(suspects[number].click), []).append(number)
        for traits, numbers in by_device.items():
            stranger = self._chance_of_stranger(traits)
            for later, number in enumerate(reversed(numbers)):
                shared[number] = weights[number] * stranger**later
                shared[numbers[-1]] += weights[number] - shared[number]
        return shared

    def lesson(self) -> UnrelatedInstalls:
        """What the address teaches of installs that no click earned, this one not counted."""
        known = self._surroundings
        return UnrelatedInstalls(known.other_installs, self._devices() * known.observed_hours)

    def _unrelated_an_hour(self) -> float:
        """How many installs an hour come from here without any of the clicks seen."""
        known = self._surroundings
        expected = known.unrelated.per_device_hour * self._devices()
        hours = _ADDRESS_STRENGTH / expected
        return (_ADDRESS_STRENGTH + known.other_installs) / (hours + known.observed_hours)

    def _anyway_an_hour(self) -> float:
        """How many installs an hour a device makes that tapped, but not because of it."""
        return min(_ANYWAY_SHARE * self._surroundings.unrelated.per_device_hour, _MOST_ANYWAY)

    def _devices(self) -> float:
        """How many devices there are behind the address, the install's own included."""
        devices = sum(map(self._devices_like, self._by_device)) * self._unseen_times()
        devices += self._surroundings.other_installs
        return self._others() + 1 + _DEVICES_PER_SEEN * max(devices - 1, 0)

    def _devices_like(self, traits: ClickTraits) -> float:
        """How many devices made the clicks that look like this.

        Behind a crowded address, phones that look the same are mostly different ones.
        """
        kinds = len(self._by_device)
        is_crowd = kinds / (kinds + _FEW_KINDS)
        return 1 + is_crowd * (len(self._by_device[traits]) - 1)

    def _unseen_times(self) -> float:
        """How many times the clicks there are, when only the latest ones were looked at."""
        if len(self._clicks) < MAX_ADDRESS_CLICKS:
            return 1.0
        instants = [click.occurred_at for click in self._clicks]
        hours = (max(instants) - min(instants)).total_seconds() / 3600
        return max(self._surroundings.observed_hours / max(hours, 1.0), 1.0)

    def _others(self) -> float:
        key = next((click.address_key or "" for click in self._clicks[:1]), "")
        neighbours = _ADDRESSES_IN_NETWORK if is_truncated(key) else 1
        return neighbours * self._others_behind(key)

    def _others_behind(self, key: str) -> float:
        if ":" in key:
            return _OTHERS_IN_IPV6
        return _OTHERS_BEHIND_CARRIER if self._install.is_cellular else _OTHERS_AT_HOME

    def _factors_of(self, suspect: Suspect) -> tuple[Factor, ...]:
        """Everything that speaks for and against the click beside its age and its link."""
        factors = (
            *self._device_factors(suspect),
            *_referrer_factors(self._install.referrer),
            Factor("device_installed_already", self._not_yet_installed(suspect.click)),
        )
        return tuple(factor for factor in factors if factor.ratio != 1)

    def _installs_an_hour(self, suspect: Suspect) -> float:
        """How many installs an hour this click leads to at its age, all else being equal."""
        rate = self._conversion(suspect.click) * _tap_to_open(suspect.age_hours)
        return rate * self._still_there(suspect.age_hours)

    def _still_there(self, hours: float) -> float:
        """The chance that a phone still has the address, beside that at home.

        A carrier gives a phone another address every few hours; people come home again.
        """
        if not self._install.is_cellular:
            return 1.0
        return _RETURNS + (1 - _RETURNS) * exp(-max(hours, 0.0) / _CARRIER_HOURS)

    def _conversion(self, click: Click) -> float:
        link = self._surroundings.links.get(click.link_id, LinkHistory(0, 0))
        rate = (_PRIOR_INSTALLS + link.installs) / (_PRIOR_CLICKS + link.clicks)
        return min(max(rate, _LEAST_CONVERSION), _MOST_CONVERSION)

    def _not_yet_installed(self, click: Click) -> float:
        """The chance that no click which earned an install was made by the same device."""
        alike = self._by_device.get(_traits(click), ())
        earned = sum(other.id in self._credited for other in alike)
        return float(self._chance_of_stranger(_traits(click)) ** earned)

    def _chance_of_stranger(self, traits: ClickTraits) -> float:
        """Whether two clicks that look the same were made by two devices."""
        others = len(self._clicks) - len(self._by_device.get(traits, ()))
        strangers = (others + self._others() * 0.1) * _SAME_SIGNATURE
        return strangers / (strangers + _REPEATS)

    def _device_factors(self, suspect: Suspect) -> tuple[Factor, ...]:
        traits = _traits(suspect.click)
        if traits not in self._ratios:
            self._ratios[traits] = tuple(self._compare(traits, suspect.comparison))
        return self._ratios[traits]

    def _compare(self, traits: ClickTraits, comparison: DeviceComparison) -> Iterator[Factor]:
        browser = traits.browser
        if DeviceFeature.OS_VERSION in comparison.matched:
            share = self._share(traits, _os_version, _prior_of_version(browser))
            yield Factor("os_version", _VERSION_AGREES / share)
        if DeviceFeature.MODEL in comparison.matched:
            prior = _APPLE_MODEL if browser.os is OperatingSystem.IOS else _ANDROID_MODEL
            yield Factor("model", _MODEL_AGREES / self._share(traits, _model, prior))
        yield from self._compare_web_views(traits)
        yield from self._compare_languages(traits)

    def _compare_web_views(self, traits: ClickTraits) -> Iterator[Factor]:
        own, other = self._install.web_view, traits.web_view
        if own is None or other is None:
            return
        share = self._share(traits, _web_view_version, _SAME_WEB_VIEW)
        agrees = own.version == other.version
        yield Factor("web_view_version", _ratio(agrees, _WEB_VIEW_AGREES, share))
        if own.build is not None and other.build is not None:
            yield Factor("build", _ratio(own.build == other.build, _BUILD_AGREES, _SAME_BUILD))

    def _compare_languages(self, traits: ClickTraits) -> Iterator[Factor]:
        asked, spoken = traits.language, self._install.languages
        if asked is None or not spoken:
            return
        share = self._share(traits, _language, _SAME_LANGUAGE)
        if asked in spoken:
            yield Factor("language", _LANGUAGE_AGREES / share)
        elif _primary(asked) not in {_primary(one) for one in spoken}:
            yield Factor("other_language", _LANGUAGE_DIFFERS / max(1 - share, 0.2))

    def _share(self, traits: ClickTraits, feature: Feature, prior: float) -> float:
        """How common a value is: the estimate, and ever more what the other devices show."""
        values = self._values.get(feature)
        if values is None:
            values = self._values[feature] = self._count(feature)
        is_counted = traits in self._by_device
        same = values[feature(traits)] - is_counted
        others = sum(values.values()) - is_counted
        return (same + _SHARE_STRENGTH * prior) / (others + _SHARE_STRENGTH)

    def _count(self, feature: Feature) -> Mapping[Hashable, float]:
        """How many devices of the address show each value."""
        counted: defaultdict[Hashable, float] = defaultdict(float)
        for traits in self._by_device:
            counted[feature(traits)] += self._devices_like(traits)
        return counted


def _referrer_factors(referrer: PlayReferrer) -> tuple[Factor, ...]:
    ratio = _REFERRER_RATIO.get(referrer.kind)
    return () if ratio is None else (Factor(f"referrer_{referrer.kind}", ratio),)


def _ratio(agrees: bool, of_one_device: float, of_strangers: float) -> float:
    if agrees:
        return of_one_device / of_strangers
    return (1 - of_one_device) / max(1 - of_strangers, 0.1)


def _prior_of_version(browser: BrowserDevice) -> float:
    if browser.version_is_frozen:
        return _FROZEN_VERSION
    depth = min(len(browser.os_version), len(_VERSION_BY_DEPTH) - 1)
    return _VERSION_BY_DEPTH[depth]


def _tap_to_open(hours: float) -> float:
    """The share of an ad's installs that are first opened at this age, per hour."""
    if hours < _FASTEST_HOURS:
        return _TOO_FAST * _tap_to_open(_FASTEST_HOURS)
    ratio = float((hours / _QUICK_MEDIAN_HOURS) ** _QUICK_SHAPE)
    quick = _QUICK_SHAPE / hours * ratio / ((1 + ratio) * (1 + ratio))
    score = log(hours / _SLOW_MEDIAN_HOURS) / _SLOW_SPREAD
    slow = exp(-score * score / 2) / (hours * _SLOW_SPREAD * sqrt(2 * pi))
    return _QUICK_SHARE * quick + (1 - _QUICK_SHARE) * slow


def _time(click: Click) -> tuple[datetime, str]:
    return click.occurred_at, click.id


def _primary(language: str) -> str:
    return language.partition("-")[0]


def _traits(click: Click) -> ClickTraits:
    return _read_traits(click.user_agent, click.accept_language or "")


@lru_cache(maxsize=_CACHED_TRAITS)
def _read_traits(user_agent: str, accept_language: str) -> ClickTraits:
    first = accept_language.split(",", 1)[0].split(";", 1)[0].strip().lower()
    return ClickTraits(
        signature=device_signature(user_agent, accept_language),
        browser=parse_browser(user_agent),
        web_view=parse_web_view(user_agent),
        language=first or None,
    )


def _os_version(traits: ClickTraits) -> Hashable:
    return traits.browser.os_version


def _model(traits: ClickTraits) -> Hashable:
    return traits.browser.model


def _web_view_version(traits: ClickTraits) -> Hashable:
    return None if traits.web_view is None else traits.web_view.version


def _language(traits: ClickTraits) -> Hashable:
    return traits.language
