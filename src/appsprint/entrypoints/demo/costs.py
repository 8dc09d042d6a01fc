"""What TikTok reports of each ad and day: what it cost and showed, and what TikTok counted."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, tzinfo
from decimal import ROUND_HALF_UP, Decimal

from appsprint.entrypoints.demo.ads import CAMPAIGNS, Ad, Campaign
from appsprint.entrypoints.demo.people import AdClick, Person

_CENT = Decimal("0.01")
# TikTok counts a tap; some people leave before our link has answered.
_ARRIVING_SHARE = 0.95
# Of the purchases that we see, TikTok's pixel misses some.
_SEEN_BY_PIXEL = 0.85
# TikTok turns values into the advertiser's currency at a rate of its own.
_TIKTOK_RATES = {"EUR": Decimal(1), "GBP": Decimal("1.15"), "USD": Decimal("0.90")}
# The campaign that leads straight to the store: clicks a day and ad, and what TikTok makes of them.
_STORE_CLICKS = (3, 9)
_STORE_CONVERSION_RATE = 0.06
_STORE_VALUE = Decimal("24.99")
_Key = tuple[str, date]


@dataclass(frozen=True, slots=True, kw_only=True)
class AdDay:
    """One ad's numbers of one day; money in the advertiser's currency, with two places."""

    ad_id: str
    campaign_id: str
    day_on: date
    country: str
    spend: Decimal
    impressions: int
    clicks: int
    conversions: int
    value: Decimal


def make_costs(
    dates: Sequence[date],
    zone: tzinfo,
    people: Sequence[Person],
    credit: Mapping[int, AdClick],
    rng: random.Random,
) -> tuple[tuple[AdDay, ...], AdDay]:
    """Every ad's days in the end, and what was told of one of them before it was restated."""
    arrived = Counter(_key(click, zone) for person in people for click in person.clicks)
    seen = _seen_purchases(zone, people, credit, rng)
    days = [
        day
        for campaign in CAMPAIGNS
        for ad in campaign.ads
        for day_on in dates
        for day in _ad_day(campaign, ad, day_on, arrived, seen, rng)
    ]
    return tuple(days), _before_restating(days, dates)


def _key(click: AdClick, zone: tzinfo) -> _Key:
    return click.ad.ad_id, click.at.astimezone(zone).date()


def _seen_purchases(
    zone: tzinfo, people: Sequence[Person], credit: Mapping[int, AdClick], rng: random.Random
) -> Mapping[_Key, list[Decimal]]:
    """The purchases that TikTok's pixel counts, on the day of the click that led to them."""
    seen: defaultdict[_Key, list[Decimal]] = defaultdict(list)
    for person in people:
        click = credit.get(person.number)
        if click is None or click.ttclid is None:
            continue
        for amount in _purchases(person):
            if rng.random() < _SEEN_BY_PIXEL:
                seen[_key(click, zone)].append(amount)
    return seen


def _purchases(person: Person) -> Iterator[Decimal]:
    for session in person.sessions:
        for event in session.events:
            if event.event_type == "purchase" and event.revenue and event.revenue > 0:
                rate = _TIKTOK_RATES[event.currency or "EUR"]
                yield (event.revenue * rate).quantize(_CENT, ROUND_HALF_UP)


def _ad_day(
    campaign: Campaign,
    ad: Ad,
    day_on: date,
    arrived: Mapping[_Key, int],
    seen: Mapping[_Key, list[Decimal]],
    rng: random.Random,
) -> Iterator[AdDay]:
    """Nothing where the ad was not shown that day."""
    key = (ad.ad_id, day_on)
    clicks, purchases = arrived.get(key, 0), seen.get(key, [])
    if campaign.link is None:
        clicks = rng.randint(*_STORE_CLICKS)
        purchases = [_STORE_VALUE] * sum(
            rng.random() < _STORE_CONVERSION_RATE for _ in range(clicks)
        )
    else:
        clicks += sum(rng.random() > _ARRIVING_SHARE for _ in range(clicks))
    if not clicks:
        return
    impressions = round(clicks / campaign.tap_rate * rng.uniform(0.85, 1.15))
    yield AdDay(
        ad_id=ad.ad_id,
        campaign_id=campaign.campaign_id,
        day_on=day_on,
        country=_country(campaign, ad, day_on),
        spend=(campaign.price * impressions / 1000).quantize(_CENT, ROUND_HALF_UP),
        impressions=impressions,
        clicks=clicks,
        conversions=len(purchases),
        value=sum(purchases, Decimal("0.00")),
    )


def _country(campaign: Campaign, ad: Ad, day_on: date) -> str:
    """Where the ad was shown that day: one country, over many days as often as it has audience."""
    lots = [place.country for place, weight in campaign.places.items() for _ in range(weight)]
    return lots[(3 * day_on.toordinal() + int(ad.ad_id)) % len(lots)]


def _before_restating(days: Sequence[AdDay], dates: Sequence[date]) -> AdDay:
    """An early day as TikTok told it at first: not all was billed and counted yet."""
    early = [day for day in days if day.day_on <= dates[len(dates) // 3]]
    chosen = max(early, key=lambda day: (day.conversions, day.clicks, day.ad_id))
    return replace(
        chosen,
        spend=(chosen.spend * Decimal("0.8")).quantize(_CENT, ROUND_HALF_UP),
        impressions=chosen.impressions * 8 // 10,
        clicks=chosen.clicks * 8 // 10,
        conversions=chosen.conversions // 2,
        value=(chosen.value / 2).quantize(_CENT, ROUND_HALF_UP),
    )
