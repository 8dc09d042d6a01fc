"""Takes another app's ads out of the numbers of a campaign that several apps share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from appsprint.domain.report import CostSum


def taken_out(ads: Iterable[CostSum], above: Mapping[str, str | None]) -> Sequence[CostSum]:
    """What to add to sums of a higher level, so that these ads are no longer in them.

    Args:
        ads: By ad; those that are not in ``above`` are ignored.
        above: By ad id, the value of the row that the ad's numbers are in.
    """
    return [
        CostSum(
            value=above[ad.value],
            day_on=ad.day_on,
            currency=ad.currency,
            as_of=ad.as_of,
            spend_micros=_minus(ad.spend_micros),
            impressions=_minus(ad.impressions),
            clicks=_minus(ad.clicks),
            reported_installs=_minus(ad.reported_installs),
            reported_revenue_micros=_minus(ad.reported_revenue_micros),
        )
        for ad in ads
        if ad.value is not None and ad.value in above
    ]


def _minus(number: int | None) -> int | None:
    return None if number is None else -number
