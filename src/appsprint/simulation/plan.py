"""The parameters of a simulated world, each with its meaning and its unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from appsprint.errors import InvalidInput

MAX_PEOPLE = 1_000_000
MAX_DAYS = 60
_HOUSEHOLDS = MappingProxyType({1: 0.3, 2: 0.34, 3: 0.2, 4: 0.16})


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldPlan:
    """What kind of world to make. Shares are 0 to 1; the same plan makes the same world.

    Attributes:
        seed: Another seed makes other people.
        start_at: The first instant, UTC.
        days: How long the world is watched.
        people: How many there are; each has one phone.
        ios_share: Those with an iPhone; the others have Android.
        households: How many people share a home's address, with the weight of each size.
        home_ipv6_share: Homes that reach us by IPv6, a /64 of their own.
        carrier_addresses: IPv4 addresses behind which carriers hide everybody who is out.
        carrier_ipv6_share: Phones that have a /64 of their own on their carrier's network.
        carrier_share: Moments spent on a carrier's network.
        office_share: People who spend moments in an office, behind one address with all others.
        offices: How many offices there are.
        relay_share: iPhones whose apps leave through a relay that many share.
        relays: How many addresses relays have.
        stays_hours: How long somebody stays on one network, on average, in hours.
        tappers_share: People who tap an ad during the world.
        repeat_share: Chance that a tap is followed by another one of the same person.
        conversion: Chance that somebody who tapped installs because of it.
        quick_median_minutes: Half of those who install at once have opened the app by then.
        slow_share: Those who install later; half of them after ``slow_median_hours``.
        slow_median_hours: See ``slow_share``.
        organic_share: People who install without having tapped any ad.
        tap_after_install_share: Those who tap an ad although they have the app.
        other_language_share: Phones on which the browser asks for another language than the app.
        browser_share: Taps that open in the phone's own browser, not in TikTok's.
        referrer_lost_share: Android installs by an ad of which Play tells nothing.
        referrer_organic_share: Android installs by an ad that Play calls organic.
        injected_share: Organic Android installs that a fraudulent app claims by a click of its own,
            made after the installation began.
        skewed_clock_share: Phones whose clock is wrong by minutes or hours.
        late_share: Installs that register hours after the first open.
        retry_share: Installs that are registered twice.
        reinstall_share: People who install again some days later, with a new id of the SDK.
        machine_share: Visits by crawlers and previewers for each tap of a person.
        prefetch_share: Taps for which TikTok fetches the link beforehand.
        farm_clicks: Clicks of a farm: made-up phones behind a few addresses.
        spray_clicks: Clicks made in the name of random phones, at their addresses, on one link.
    """

    seed: int = 1
    start_at: datetime = datetime(2026, 3, 2, tzinfo=UTC)
    days: int = 14
    people: int = 12_000
    ios_share: float = 0.5
    households: Mapping[int, float] = field(default_factory=lambda: _HOUSEHOLDS)
    home_ipv6_share: float = 0.4
    carrier_addresses: int = 60
    carrier_ipv6_share: float = 0.15
    carrier_share: float = 0.35
    office_share: float = 0.1
    offices: int = 40
    relay_share: float = 0.03
    relays: int = 12
    stays_hours: float = 4.0
    tappers_share: float = 0.4
    repeat_share: float = 0.2
    conversion: float = 0.3
    quick_median_minutes: float = 4.0
    slow_share: float = 0.2
    slow_median_hours: float = 6.0
    organic_share: float = 0.1
    tap_after_install_share: float = 0.05
    other_language_share: float = 0.05
    browser_share: float = 0.06
    referrer_lost_share: float = 0.03
    referrer_organic_share: float = 0.01
    injected_share: float = 0.02
    skewed_clock_share: float = 0.02
    late_share: float = 0.02
    retry_share: float = 0.03
    reinstall_share: float = 0.03
    machine_share: float = 0.1
    prefetch_share: float = 0.05
    farm_clicks: int = 1_000
    spray_clicks: int = 2_000

    def __post_init__(self) -> None:
        if not 1 <= self.days <= MAX_DAYS or not 1 <= self.people <= MAX_PEOPLE:
            raise InvalidInput(f"days must be 1 to {MAX_DAYS} and people 1 to {MAX_PEOPLE}")

    @property
    def end_at(self) -> datetime:
        """The first instant that nobody watches any more."""
        return self.start_at + timedelta(days=self.days)
