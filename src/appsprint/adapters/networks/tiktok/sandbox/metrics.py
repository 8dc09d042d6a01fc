"""TikTok's metrics: which names exist, how sums and ratios are made, how values are written.

The names are those of ``metric-names.txt``, collected from TikTok's metrics page; formats follow
recorded report rows ("cost_per_conversion": "12.800", "ctr": "1.19"). Every value is a string, and
"-" means not applicable.
"""

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from importlib.resources import files
from typing import NamedTuple

NOT_APPLICABLE = "-"
OFFICIAL_METRICS = frozenset(
    files(__package__).joinpath("metric-names.txt").read_text("utf-8").split()
)


class _Ratio(NamedTuple):
    numerator: str
    denominator: str
    factor: int
    places: int


_RATIOS: Mapping[str, _Ratio] = {
    "cpc": _Ratio("spend", "clicks", 1, 2),
    "cpm": _Ratio("spend", "impressions", 1000, 2),
    "ctr": _Ratio("clicks", "impressions", 100, 2),
    "frequency": _Ratio("impressions", "reach", 1, 2),
    "cost_per_1000_reached": _Ratio("spend", "reach", 1000, 2),
    "cost_per_conversion": _Ratio("spend", "conversion", 1, 3),
    "conversion_rate": _Ratio("conversion", "clicks", 100, 2),
    "conversion_rate_v2": _Ratio("conversion", "clicks", 100, 2),
    "real_time_cost_per_conversion": _Ratio("spend", "real_time_conversion", 1, 3),
    "real_time_conversion_rate": _Ratio("real_time_conversion", "clicks", 100, 2),
    "real_time_conversion_rate_v2": _Ratio("real_time_conversion", "clicks", 100, 2),
    "cost_per_result": _Ratio("spend", "result", 1, 3),
    "result_rate": _Ratio("result", "impressions", 100, 2),
    "cost_per_complete_payment": _Ratio("spend", "complete_payment", 1, 3),
    "complete_payment_rate": _Ratio("complete_payment", "clicks", 100, 2),
    "complete_payment_roas": _Ratio("total_complete_payment_rate", "spend", 1, 2),
    "value_per_complete_payment": _Ratio("total_complete_payment_rate", "complete_payment", 1, 3),
}
_ATTRIBUTES = frozenset(
    {
        "advertiser_id",
        "advertiser_name",
        "currency",
        "campaign_id",
        "campaign_name",
        "objective_type",
        "adgroup_id",
        "adgroup_name",
        "ad_id",
        "ad_name",
    }
)
# Metrics that a web campaign always has, so that a row without them means none rather than "-".
# The last line are the app events, which read 0 on web campaigns and mislead many.
_WEB_METRICS = (
    "spend impressions clicks reach result conversion real_time_result real_time_conversion "
    "complete_payment total_complete_payment_rate add_billing total_add_billing_value "
    "web_event_add_to_cart total_web_event_add_to_cart_value on_web_add_to_wishlist "
    "total_on_web_add_to_wishlist_value user_registration total_user_registration_value "
    "initiate_checkout total_initiate_checkout_value page_event_search "
    "total_page_event_search_value form total_form_value on_web_subscribe "
    "total_on_web_subscribe_value page_content_view_events "
    "total_page_view_content_events_value cta_conversion vta_conversion "
    "purchase total_purchase total_purchase_value subscribe start_trial registration"
)
_ZERO_WHEN_ABSENT = frozenset(_WEB_METRICS.split(" "))
_MONEY_WORDS = ("spend", "cost", "value", "revenue")
_MISNAMED_MONEY = "total_complete_payment_rate"  # the total value of website purchases


def is_additive(name: str) -> bool:
    """Whether a report row of the world may carry this metric (all others are worked out)."""
    return name in OFFICIAL_METRICS and name not in _RATIOS and name not in _ATTRIBUTES


def is_numeric(name: str) -> bool:
    """Whether reports can be ordered and filtered by this metric."""
    return name in OFFICIAL_METRICS and name not in _ATTRIBUTES


def add_up(rows: Iterable[Mapping[str, Decimal | None]]) -> dict[str, Decimal | None]:
    """The sum of each metric; None where every row says "not applicable".

    People are counted once however often they are reached: without knowing who they were, the
    largest ``reach`` is the best lower bound.
    """
    totals: dict[str, Decimal | None] = {}
    for row in rows:
        for name, value in row.items():
            before = totals.get(name)
            if before is None or value is None:
                totals[name] = value if before is None else before
            else:
                totals[name] = max(before, value) if name == "reach" else before + value
    return totals


def value_of(name: str, totals: Mapping[str, Decimal | None]) -> Decimal | None:
    """The number behind a metric; None when it does not apply. A ratio over 0 is 0."""
    ratio = _RATIOS.get(name)
    if ratio is None:
        return totals.get(name, Decimal(0) if name in _ZERO_WHEN_ABSENT else None)
    numerator = value_of(ratio.numerator, totals)
    denominator = value_of(ratio.denominator, totals)
    if numerator is None or denominator is None:
        return None
    return numerator * ratio.factor / denominator if denominator else Decimal(0)


def written(name: str, value: Decimal | None, *, whole_money: bool = False) -> str:
    """A metric's value as TikTok writes it; ``whole_money`` drops the decimals of amounts."""
    if value is None:
        return NOT_APPLICABLE
    is_money = name == _MISNAMED_MONEY or any(word in name for word in _MONEY_WORDS)
    if is_money and whole_money:
        return _rounded(value, 0)
    if name in _RATIOS:
        return _rounded(value, _RATIOS[name].places)
    return _rounded(value, 0 if value == value.to_integral_value() and not is_money else 2)


def _rounded(value: Decimal, places: int) -> str:
    return str(value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))
