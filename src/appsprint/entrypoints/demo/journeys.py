"""Makes people: what each kind of journey looks like, from the tap to the last session."""

from __future__ import annotations

import base64
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from appsprint.domain.app import Platform
from appsprint.entrypoints.demo.addresses import AddressBook, Home
from appsprint.entrypoints.demo.ads import Campaign
from appsprint.entrypoints.demo.behaviour import Diary, Habits, make_habits
from appsprint.entrypoints.demo.people import (
    AdClick,
    AppInstall,
    Dialect,
    Journey,
    Person,
    Referrer,
)
from appsprint.simulation.phones import (
    TIKTOK_VERSIONS,
    Phone,
    Place,
    make_phone,
    new_uuid,
)

_LATER_SHARE, _OLDEST_SHARE = 0.08, 0.04
_CARRIER_SHARE = 0.4
_PREFETCH_SHARE = 0.06
_GAID_SHARE, _IDFA_SHARE = 0.7, 0.25
_REPEATED_INSTALL_SHARE = 0.04
# TikTok's click id is a protobuf: a field of so many bytes, then "v2.0".
_CLICK_ID_BYTES = (199, 226)
_CLICK_ID_TAIL = b"\x12\x04v2.0"
# Where a click or an install is: the address, and what a household shares.
_Spot = tuple[str, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sketch:
    """A person before anything happens.

    Attributes:
        spot: The company's address for those inside one; None for everybody else.
    """

    journey: Journey
    phone: Phone
    place: Place
    home: Home
    spot: _Spot | None = None


class Crowd:
    """Makes people one after another; the same generator state makes the same people."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._addresses = AddressBook(rng)
        self._numbers = 0

    def visitor(self, campaign: Campaign, journey: Journey, at: datetime) -> Iterator[Person]:
        """Somebody who taps an ad of ``campaign`` at ``at``, with those who belong to the tale."""
        if journey is Journey.LOOKALIKES:
            yield from self._lookalikes(campaign, at)
            return
        sketch = self._sketch(campaign.platform, journey, self._place_of(campaign))
        if journey is Journey.LOOKED_ONLY:
            yield self._person(sketch, (self._click(sketch, campaign, at),))
            return
        clicks = [self._click(sketch, campaign, at)]
        if journey is Journey.CLICKED_TWICE:
            later_at = at + timedelta(minutes=self._rng.uniform(20, 300))
            clicks.append(self._click(sketch, campaign, later_at))
        opened_at = clicks[-1].at + self._hesitation(journey)
        yield self._installer(sketch, tuple(clicks), opened_at)

    def organic(self, platform: Platform, place: Place, at: datetime) -> Person:
        """Somebody who found the app in the store by themselves and opens it at ``at``."""
        return self._installer(self._sketch(platform, Journey.ORGANIC, place), (), at)

    def _lookalikes(self, campaign: Campaign, at: datetime) -> Iterator[Person]:
        """Three phones of one kind behind one carrier's address; one of them installs."""
        address = self._addresses.busy_carrier()
        if address is None:
            return
        place = self._place_of(campaign)
        first = self._sketch(campaign.platform, Journey.LOOKALIKES, place)
        spot = (address, address)
        for number, version in enumerate(self._rng.sample(TIKTOK_VERSIONS, 3)):
            sketch = replace(
                first,
                journey=Journey.LOOKED_ONLY if number else Journey.LOOKALIKES,
                phone=first.phone.with_tiktok(version),
                spot=spot,
            )
            clicked_at = at + timedelta(minutes=number * self._rng.uniform(2, 5))
            clicks = (self._click(sketch, campaign, clicked_at),)
            if number:
                yield self._person(sketch, clicks)
            else:
                opened_at = at + timedelta(minutes=self._rng.uniform(20, 60))
                yield self._installer(sketch, clicks, opened_at)

    def _sketch(self, platform: Platform, journey: Journey, place: Place) -> _Sketch:
        is_hidden = journey is Journey.HIDDEN_ADDRESS
        is_passing = journey is Journey.LOOKED_ONLY
        return _Sketch(
            journey=journey,
            phone=make_phone(platform, self._rng),
            place=place,
            # Addresses of IPv4 homes are few: those who never install do without.
            home=self._addresses.ipv6_home() if is_passing else self._addresses.home(),
            spot=(self._addresses.company(), None) if is_hidden else None,
        )

    def _place_of(self, campaign: Campaign) -> Place:
        weights = list(campaign.places.values())
        return self._rng.choices(list(campaign.places), weights)[0]

    def _click(self, sketch: _Sketch, campaign: Campaign, at: datetime) -> AdClick:
        address, household = self._spot_of_click(sketch)
        has_click_id = sketch.journey is not Journey.NO_CLICK_ID
        is_android = campaign.platform is Platform.ANDROID
        return AdClick(
            at=at,
            campaign=campaign,
            ad=self._rng.choice(campaign.ads),
            browser=sketch.phone.in_app_browser(sketch.place, "WIFI"),
            address=address,
            household=household,
            ttclid=self._tiktok_click_id() if has_click_id else None,
            is_expanded=sketch.journey is not Journey.UNEXPANDED,
            has_prefetch=is_android and self._rng.random() < _PREFETCH_SHARE,
        )

    def _spot_of_click(self, sketch: _Sketch) -> _Spot:
        """At home, or on the way where the journey does not depend on the address."""
        if sketch.spot is not None:
            return sketch.spot
        is_free = sketch.journey is Journey.LOOKED_ONLY or (
            sketch.journey is Journey.INSTALLED and sketch.phone.platform is Platform.ANDROID
        )
        if is_free and self._rng.random() < _CARRIER_SHARE:
            carrier = self._addresses.carrier()
            return carrier, carrier
        return self._at_home(sketch)

    def _at_home(self, sketch: _Sketch) -> _Spot:
        if sketch.spot is not None:
            return sketch.spot
        return sketch.home.address(self._rng), sketch.home.prefix

    def _hesitation(self, journey: Journey) -> timedelta:
        """From the last tap to the first open."""
        if journey is Journey.TOO_LATE:
            return timedelta(hours=self._rng.uniform(26, 40))
        minutes = self._rng.lognormvariate(1.8, 1.1)
        return timedelta(minutes=min(max(minutes, 2.0), 600.0))

    def _installer(
        self, sketch: _Sketch, clicks: tuple[AdClick, ...], opened_at: datetime
    ) -> Person:
        platform = sketch.phone.platform
        # Whole seconds, because iOS tells no more.
        opened_at = opened_at.replace(microsecond=0)
        # Android waits for Play's referrer, iOS for the web view.
        pause = self._rng.uniform(3, 70 if platform is Platform.ANDROID else 9)
        sent_at = opened_at + timedelta(seconds=pause)
        habits = make_habits(
            platform, sketch.place, self._rng, opened_at=opened_at, registered_at=sent_at
        )
        install = self._install(sketch, habits, sent_at)
        sessions = tuple(Diary(habits, self._rng).sessions(self._whereabouts(sketch)))
        person = self._person(sketch, clicks)
        customer_id = f"mm-user-{person.number:05d}" if habits.signs_up else None
        return replace(person, install=install, sessions=sessions, customer_id=customer_id)

    def _install(self, sketch: _Sketch, habits: Habits, sent_at: datetime) -> AppInstall:
        is_ios = habits.platform is Platform.IOS
        address, household = self._at_home(sketch)
        made = str(new_uuid(self._rng))
        has_gaid = not is_ios and self._rng.random() < _GAID_SHARE
        has_idfa = is_ios and self._rng.random() < _IDFA_SHARE
        return AppInstall(
            appsprint_id=made.upper() if is_ios else made,
            opened_at=habits.opened_at + habits.clock_ahead,
            sent_at=sent_at,
            address=address,
            household=household,
            referrer=_referrer_of(sketch.journey, habits.platform),
            advertising_id=str(new_uuid(self._rng)) if has_gaid else None,
            vendor_id=str(new_uuid(self._rng)).upper() if is_ios else None,
            idfa=str(new_uuid(self._rng)).upper() if has_idfa else None,
            is_repeated=self._rng.random() < _REPEATED_INSTALL_SHARE,
        )

    def _whereabouts(self, sketch: _Sketch) -> Iterator[str]:
        """Where each session is: at home, or on the way."""
        while True:
            is_out = sketch.journey is not Journey.HIDDEN_ADDRESS and self._rng.random() < 0.35
            yield self._addresses.carrier() if is_out else self._at_home(sketch)[0]

    def _person(self, sketch: _Sketch, clicks: tuple[AdClick, ...]) -> Person:
        self._numbers += 1
        return Person(
            number=self._numbers,
            platform=sketch.phone.platform,
            journey=sketch.journey,
            phone=sketch.phone,
            place=sketch.place,
            dialect=self._dialect(),
            clicks=clicks,
        )

    def _dialect(self) -> Dialect:
        drawn = self._rng.random()
        if drawn < _OLDEST_SHARE:
            return Dialect.OLDEST
        return Dialect.LATER if drawn < _OLDEST_SHARE + _LATER_SHARE else Dialect.CURRENT

    def _tiktok_click_id(self) -> str:
        """A click id of the form that TikTok's have (tiktok-business-api.md, G.1)."""
        size = self._rng.randint(*_CLICK_ID_BYTES)
        # The size as a protobuf writes it: seven bits to a byte, the lowest first.
        head = bytes((0x0A, size & 0x7F | 0x80, size >> 7))
        raw = head + self._rng.randbytes(size) + _CLICK_ID_TAIL
        return f"E_C_P_{base64.urlsafe_b64encode(raw).decode().rstrip('=')}"


def _referrer_of(journey: Journey, platform: Platform) -> Referrer:
    if platform is Platform.IOS:
        return Referrer.NONE
    if journey is Journey.ORGANIC:
        return Referrer.SEARCH
    return Referrer.LOST if journey is Journey.REFERRER_LOST else Referrer.CLICK
