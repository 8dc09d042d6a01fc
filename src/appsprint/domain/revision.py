"""When a decision may change: late facts decide again, and never flip credit silently."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from appsprint.domain.attribution import strength
from appsprint.domain.decision import MatchType
from appsprint.domain.ids import ClickId


class DecisionCause(StrEnum):
    """What made a version of a decision.

    ``REGISTRATION``: the install arrived. ``INSTALL_REFERRER``, ``ADVERTISING_ID``, ``CLICK_ID``:
    the device told it later. ``LATE_CLICK``: a click that waited in the spool was stored after the
    install that it led to. ``APPLE_ADS``: Apple answered. ``REPLAY``: the app's rules of
    today were given to its past.
    """

    REGISTRATION = "registration"
    INSTALL_REFERRER = "install_referrer"
    ADVERTISING_ID = "advertising_id"
    CLICK_ID = "click_id"
    LATE_CLICK = "late_click"
    APPLE_ADS = "apple_ads"
    REPLAY = "replay"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """Who a decision credits.

    Attributes:
        click_id, clicked_at: None where no click earned the install.
    """

    match_type: MatchType
    click_id: ClickId | None = None
    clicked_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LateFact:
    """What became known after the first decision.

    Attributes:
        late_clicks: Those that were stored after the install; for ``LATE_CLICK`` only.
        is_in_time: Within the grace period that begins with the registration.
    """

    cause: DecisionCause
    is_in_time: bool
    late_clicks: Collection[ClickId] = frozenset()


def may_replace(old: Credit, new: Credit, fact: LateFact) -> bool:
    """Whether a decision made anew becomes the one in force.

    An organic install may gain credit. Credit that was given goes over only to strictly stronger
    evidence, or to a later click of equal evidence that was merely stored late, and only in time.
    After that, an organic install still gains what a device or Apple tells exactly. Credit is
    never taken away without giving it to another.

    Args:
        old: The decision in force.
        new: What the rule says with the late fact.
        fact: Why it was asked again.
    """
    if new.match_type is MatchType.ORGANIC:
        # Kept as a version, because its explanation tells what was looked at.
        return old.match_type is MatchType.ORGANIC and fact.cause is not DecisionCause.LATE_CLICK
    if old.match_type is MatchType.ORGANIC:
        return fact.is_in_time or new.match_type is not MatchType.IP_USER_AGENT
    if not fact.is_in_time:
        return False
    if strength(new.match_type) != strength(old.match_type):
        return strength(new.match_type) < strength(old.match_type)
    return new.click_id in fact.late_clicks and _is_later(new, old)


def _is_later(new: Credit, old: Credit) -> bool:
    if new.clicked_at is None or old.clicked_at is None:
        return False
    return (new.clicked_at, new.click_id or "") > (old.clicked_at, old.click_id or "")
