"""One person's tale: the taps on ads, what came of them, and the installs without any."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import log

from appsprint.domain.app import Platform
from appsprint.simulation.lines import Ad, click_line, install_line, played_referrer, rfc3339
from appsprint.simulation.phones import Phone, Place, new_uuid
from appsprint.simulation.plan import WorldPlan
from appsprint.simulation.population import browser_of
from appsprint.simulation.records import Origin, Request, Spot, Truth
from appsprint.simulation.whereabouts import Life, Network

ADS = {
    Platform.IOS: (Ad("ios_1", "Spring"), Ad("ios_2", "Summer"), Ad("ios_3", "Lookalike")),
    Platform.ANDROID: (Ad("play_1", "Spring"), Ad("play_2", "Summer"), Ad("play_3", "Broad")),
}
_OTHER_LANGUAGES = ("es-ES,es;q=0.9", "tr-TR,tr;q=0.9", "ar,en;q=0.8", "pl-PL,pl;q=0.9")
QUICK_SPREAD, SLOW_SPREAD = 1.0, 1.2
# Nobody has downloaded an app sooner.
FASTEST_SECONDS = 12.0
_LONGEST = timedelta(days=7)
REPEAT_MINUTES = 90.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody with one phone."""

    number: int
    phone: Phone
    place: Place
    life: Life


@dataclass(slots=True)
class Tale:
    """What one person left behind."""

    clicks: list[Request] = field(default_factory=list)
    installs: list[Request] = field(default_factory=list)
    truths: list[Truth] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tap:
    """One tap on an ad, as it truly was."""

    click_id: str
    ad: Ad
    at: datetime
    network: Network


def live(plan: WorldPlan, person: Person, rng: random.Random) -> Tale:
    """The person's whole tale."""
    return _Teller(plan, person, rng).tell()


class _Teller:
    """Draws one tale; the order of the draws is part of the world."""

    def __init__(self, plan: WorldPlan, person: Person, rng: random.Random) -> None:
        self._plan = plan
        self._person = person
        self._rng = rng
        self._tale = Tale()
        is_other = rng.random() < plan.other_language_share
        own = person.place.accept_language
        self._language = rng.choice(_OTHER_LANGUAGES) if is_other else own
        is_skewed = rng.random() < plan.skewed_clock_share
        self._skew = timedelta(minutes=rng.gauss(0, 90)) if is_skewed else timedelta(0)

    def tell(self) -> Tale:
        """The tale, either of a tapper or of somebody who taps nothing before an install."""
        if self._chance(self._plan.tappers_share):
            self._tap_ads()
        elif self._chance(self._plan.organic_share):
            self._come_by_themselves()
        return self._tale

    def _tap_ads(self) -> None:
        tap = self._tap(self._moment())
        while self._chance(self._plan.repeat_share):
            gap = timedelta(minutes=self._rng.expovariate(1 / REPEAT_MINUTES))
            tap = self._tap(tap.at + gap, after=tap)
        if not self._chance(self._plan.conversion):
            return
        delay = self._delay()
        opened_at = tap.at + delay
        here = self._at(tap.network, delay, opened_at)
        referrer = self._referrer_of(tap)
        self._open(opened_at, here, Origin.AD, tap=tap, referrer=referrer)
        if self._chance(self._plan.tap_after_install_share):
            self._tap(opened_at + timedelta(hours=self._rng.expovariate(1 / 20)))
        self._maybe_again(opened_at)

    def _come_by_themselves(self) -> None:
        at = self._moment()
        here = self._person.life.somewhere(at, self._rng)
        if self._is_android and self._chance(self._plan.injected_share):
            self._be_claimed(at, here)
        else:
            searched = played_referrer(None, "organic", self._rng)
            self._open(at, here, Origin.ORGANIC, referrer=searched)
        if self._chance(self._plan.tap_after_install_share):
            self._tap(at + timedelta(hours=self._rng.expovariate(1 / 20)))
        self._maybe_again(at)

    def _be_claimed(self, at: datetime, here: Network) -> None:
        """A fraudulent app sees the installation begin and clicks an ad link at once."""
        began_at = at - timedelta(seconds=self._rng.uniform(8, 40))
        clicked_at = began_at + timedelta(seconds=self._rng.uniform(1, 5))
        tap = self._tap(clicked_at, network=here)
        referrer = played_referrer(tap.click_id, "kept", self._rng)
        self._open(at, here, Origin.INJECTED, referrer=referrer, play_times=(clicked_at, began_at))

    def _maybe_again(self, first_at: datetime) -> None:
        if not self._chance(self._plan.reinstall_share):
            return
        at = first_at + timedelta(days=self._rng.uniform(0.5, 6))
        here = self._person.life.somewhere(at, self._rng)
        searched = played_referrer(None, "organic", self._rng)
        self._open(at, here, Origin.REINSTALL, referrer=searched)

    def _tap(
        self, at: datetime, *, after: Tap | None = None, network: Network | None = None
    ) -> Tap:
        person, rng = self._person, self._rng
        if network is None and after is not None:
            network = self._at(after.network, at - after.at, at)
        network = network or person.life.somewhere(at, rng)
        tap = Tap(
            click_id=f"clk_{new_uuid(rng).hex}",
            ad=rng.choice(ADS[person.phone.platform]),
            at=at,
            network=network,
        )
        if at < self._plan.end_at:
            self._tale.clicks.append(Request(at, self._click_line(tap)))
        return tap

    def _click_line(self, tap: Tap) -> dict[str, object]:
        phone, rng = self._person.phone, self._rng
        is_out = tap.network.spot is Spot.CARRIER
        if self._chance(self._plan.browser_share):
            user_agent = browser_of(phone)
        else:
            user_agent = phone.in_app_browser(self._person.place, "4G" if is_out else "WIFI")
        return click_line(
            tap.click_id,
            tap.ad,
            platform=phone.platform,
            at=tap.at,
            address=tap.network.address_now(rng),
            user_agent=user_agent,
            accept_language=self._language,
            rng=rng,
        )

    # long because: it is one call after another, in the order in which things happen
    def _open(
        self,
        at: datetime,
        here: Network,
        origin: Origin,
        *,
        tap: Tap | None = None,
        referrer: str | None = None,
        play_times: tuple[datetime, datetime] | None = None,
    ) -> None:
        person, rng = self._person, self._rng
        network = person.life.for_apps(here, rng)
        pause = timedelta(seconds=rng.uniform(1, 40 if self._is_android else 9))
        if self._chance(self._plan.late_share):
            pause = timedelta(hours=rng.uniform(1, 10))
        if at + pause >= self._plan.end_at:
            return
        if play_times is None and tap is not None and self._is_android:
            play_times = (tap.at + timedelta(seconds=2), at - timedelta(seconds=9))
        line = install_line(
            person.phone,
            person.place,
            opened_at=at + self._skew,
            received_at=at + pause,
            address=network.address_now(rng),
            is_cellular=here.spot is Spot.CARRIER,
            referrer=referrer if self._is_android else None,
            play_times=play_times,
            rng=rng,
        )
        self._tale.installs.append(Request(at + pause, line))
        if self._chance(self._plan.retry_share):
            again_at = at + pause + timedelta(seconds=rng.uniform(2, 4000))
            repeated = line | {"received_at": rfc3339(again_at)}
            self._tale.installs.append(Request(again_at, repeated))
        self._tale.truths.append(_truth(line, person.phone.platform, origin, network.spot, tap, at))

    def _referrer_of(self, tap: Tap) -> str | None:
        plan, drawn = self._plan, self._rng.random()
        if drawn < plan.referrer_lost_share:
            return played_referrer(None, "lost", self._rng)
        if drawn < plan.referrer_lost_share + plan.referrer_organic_share:
            return played_referrer(None, "organic", self._rng)
        return played_referrer(tap.click_id, "kept", self._rng)

    def _delay(self) -> timedelta:
        plan, rng = self._plan, self._rng
        if rng.random() < plan.slow_share:
            seconds = rng.lognormvariate(log(plan.slow_median_hours * 3600), SLOW_SPREAD)
        else:
            seconds = rng.lognormvariate(log(plan.quick_median_minutes * 60), QUICK_SPREAD)
        return min(timedelta(seconds=max(seconds, FASTEST_SECONDS)), _LONGEST)

    def _at(self, here: Network, passed: timedelta, at: datetime) -> Network:
        return self._person.life.later(here, passed.total_seconds(), at, self._rng)

    def _moment(self) -> datetime:
        return self._plan.start_at + timedelta(days=self._rng.uniform(0, self._plan.days))

    def _chance(self, share: float) -> bool:
        return self._rng.random() < share

    @property
    def _is_android(self) -> bool:
        return self._person.phone.platform is Platform.ANDROID


def _truth(
    line: dict[str, object],
    platform: Platform,
    origin: Origin,
    spot: Spot,
    tap: Tap | None,
    at: datetime,
) -> Truth:
    truth = Truth(
        appsprint_id=str(line["appsprintId"]), platform=platform, origin=origin, spot=spot
    )
    if tap is None:
        return truth
    return replace(
        truth,
        click_id=tap.click_id,
        campaign_id=tap.ad.campaign_id,
        delay_seconds=(at - tap.at).total_seconds(),
    )
