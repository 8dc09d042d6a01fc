"""What becomes known of an install after its registration, and how it joins what was known."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from appsprint.domain.app import Platform
from appsprint.domain.click import normal_advertising_id
from appsprint.domain.install import IdentifierKind, Install
from appsprint.domain.revision import DecisionCause

# How long after its registration credit may go over to stronger evidence.
DEFAULT_GRACE = timedelta(hours=24)
_PLAY_TIMES = ("referrerClickTimestamp", "referrerInstallBeginTimestamp")
# The strongest first: one version has one cause.
_CAUSES: Mapping[IdentifierKind, DecisionCause] = {
    IdentifierKind.INSTALL_REFERRER: DecisionCause.INSTALL_REFERRER,
    IdentifierKind.IDFA: DecisionCause.ADVERTISING_ID,
    IdentifierKind.GAID: DecisionCause.ADVERTISING_ID,
    IdentifierKind.CLICK_ID: DecisionCause.CLICK_ID,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LateFacts:
    """What an install body or a later call tells of an install; None where it tells nothing.

    Attributes:
        install_referrer, play_times, click_id, gaid: Only of a repeated registration, and only
            what the first one lacked; ``play_times`` are those fields of the body as JSON text.
        refuses_tracking: The person has said no since: no advertising id stays.
        ad_user_data: The person's word on data for ads: GRANTED, DENIED or UNSPECIFIED.
    """

    idfa: str | None = None
    adservices_token: str | None = None
    customer_user_id: str | None = None
    install_referrer: str | None = None
    play_times: str | None = None
    click_id: str | None = None
    gaid: str | None = None
    refuses_tracking: bool = False
    ad_user_data: str | None = None

    def by_kind(self) -> Mapping[IdentifierKind, str]:
        """What is told, as it is kept."""
        values = {
            IdentifierKind.IDFA: normal_advertising_id(self.idfa),
            IdentifierKind.GAID: self.gaid,
            IdentifierKind.ADSERVICES_TOKEN: self.adservices_token,
            IdentifierKind.CUSTOMER_USER_ID: self.customer_user_id,
            IdentifierKind.INSTALL_REFERRER: self.install_referrer,
            IdentifierKind.PLAY_TIMES: self.play_times,
            IdentifierKind.CLICK_ID: self.click_id,
        }
        return {kind: value for kind, value in values.items() if value}


def told_by_repeat(facts: LateFacts, known: Install, repeat: Install) -> LateFacts:
    """The facts, with what a repeated registration tells and the first one did not."""
    is_news = known.install_referrer is None and repeat.install_referrer is not None
    is_android = known.platform is Platform.ANDROID
    return replace(
        facts,
        install_referrer=repeat.install_referrer if is_news else None,
        play_times=_play_times(repeat) if is_news else None,
        click_id=repeat.given_click_id if known.given_click_id is None else None,
        gaid=repeat.advertising_id if is_android and known.advertising_id is None else None,
    )


def with_late_facts(install: Install, told: Mapping[IdentifierKind, str]) -> Install:
    """The install as it would have been registered if all had been known; for the rule only."""
    body = install.body
    if install.install_referrer is None and (times := told.get(IdentifierKind.PLAY_TIMES)):
        body = json.dumps(json.loads(body) | json.loads(times))
    return replace(
        install,
        install_referrer=install.install_referrer or told.get(IdentifierKind.INSTALL_REFERRER),
        given_click_id=install.given_click_id or told.get(IdentifierKind.CLICK_ID),
        advertising_id=told.get(IdentifierKind.IDFA)
        or install.advertising_id
        or told.get(IdentifierKind.GAID),
        body=body,
    )


def cause_of(new: Collection[IdentifierKind]) -> DecisionCause | None:
    """What a decision made now would be made for; None when nothing new bears on credit."""
    return next((cause for kind, cause in _CAUSES.items() if kind in new), None)


def _play_times(install: Install) -> str | None:
    body = json.loads(install.body)
    times = {name: body[name] for name in _PLAY_TIMES if name in body}
    return json.dumps(times) if times else None
