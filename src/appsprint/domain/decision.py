"""What an install's decision is made from and what it says; ``attribution`` has the rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from appsprint.domain.app import LookbackWindows, Platform
from appsprint.domain.click import Click
from appsprint.domain.device import InstallDevice, WebView
from appsprint.domain.ids import AppId, LinkId
from appsprint.domain.likelihood import Factor, InstallTraits, UnrelatedInstalls
from appsprint.domain.link import LinkWindows
from appsprint.domain.referrer import PlayReferrer

DEFAULT_MIN_CONFIDENCE = 0.75


class MatchType(StrEnum):
    """The evidence that ties a click to an install, as SDK answers and reports name it."""

    INSTALL_REFERRER = "install_referrer"
    IDFA = "idfa"
    GAID = "gaid"
    CLICK_ID = "click_id"
    APPLE_ADS = "apple_ads"
    IP_USER_AGENT = "ip_user_agent"
    ORGANIC = "organic"


class Verdict(StrEnum):
    """What became of one candidate click."""

    WON = "won"
    LINK_ARCHIVED = "link_archived"
    ALREADY_CREDITED = "already_credited"
    AFTER_INSTALL = "after_install"
    AFTER_INSTALL_BEGAN = "after_install_began"
    OUTSIDE_WINDOW = "outside_lookback_window"
    OS_DIFFERS = "os_differs"
    OS_VERSION_DIFFERS = "os_version_differs"
    MODEL_DIFFERS = "model_differs"
    UNKNOWN_DEVICE = "unknown_os"
    NOT_IN_REFERRER = "referrer_names_another_click"
    WEAKER_EVIDENCE = "weaker_evidence"
    LESS_PROBABLE = "less_probable"
    NOT_SURE_ENOUGH = "not_sure_enough"
    EARLIER = "earlier_click"
    TIE = "tie"
    REFUSED = "refused_by_quality_rule"


class OrganicReason(StrEnum):
    """Why an install got no click."""

    NO_CANDIDATE = "no_candidate"
    PRIVATE_ADDRESS = "private_address"
    SHARED_NETWORK = "shared_network"
    PROBABILISTIC_OFF = "probabilistic_matching_off"
    RULED_OUT = "all_candidates_ruled_out"
    NOT_SURE_ENOUGH = "not_sure_enough"
    TIE = "tie"


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallEvidence:
    """What an install brings to the decision.

    Attributes:
        installed_at: The device's time, at most ``received_at``.
        received_at: Our clock; nothing later was known then.
        address_key: None when the address is not public and must not match.
        is_shared_network: It is one of a relay or a data centre, and has no key for that reason.
        web_view: Android's; None on iOS and when unknown.
        language: The device's locale, ``en-US``; None when unknown.
        preferred_language: The first of the person's languages, ``en-US``; None when unknown.
        is_cellular: Whether the phone was on its carrier's network; None when unknown.
        play_click_at: When Play says that the link was followed, by Play's clock.
        play_began_at: When Play says that the installation began, by the same clock.
        given_click_id: A click id of ours that came by another way than the Play referrer.
        is_claimed_by_apple: Apple's AdServices says that an ad of Apple Ads led to the install.
    """

    app_id: AppId
    platform: Platform
    installed_at: datetime
    received_at: datetime
    address_key: str | None
    is_shared_network: bool = False
    device: InstallDevice
    web_view: WebView | None = None
    language: str | None
    preferred_language: str | None = None
    is_cellular: bool | None = None
    referrer: PlayReferrer
    play_click_at: datetime | None = None
    play_began_at: datetime | None = None
    given_click_id: str | None
    advertising_id: str | None
    is_claimed_by_apple: bool = False

    @property
    def traits(self) -> InstallTraits:
        """What probabilistic matching compares."""
        told = (self.language, self.preferred_language)
        languages = tuple(one.lower() for one in told if one is not None)
        return InstallTraits(
            os=self.device.os,
            web_view=self.web_view,
            languages=languages,
            is_cellular=self.is_cellular,
            referrer=self.referrer,
        )


@dataclass(frozen=True, slots=True)
class Window:
    """How old a click may be, and whether its link says so or the app."""

    length: timedelta
    is_of_link: bool = False


_AS_THE_APP = LinkWindows()


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributionRules:
    """The app's choices that the rule obeys.

    Attributes:
        min_confidence: How probable a match by address and device must be to earn credit.
        link_windows: Of the links that do not follow the app's windows.
    """

    windows: LookbackWindows = LookbackWindows()
    probabilistic: bool = True
    min_confidence: float = DEFAULT_MIN_CONFIDENCE
    link_windows: Mapping[LinkId, LinkWindows] = field(default_factory=dict)

    @property
    def widest(self) -> LookbackWindows:
        """How far back a click of any link may be."""
        links = [one.over(self.windows) for one in self.link_windows.values()]
        return LookbackWindows(
            click=max(one.click for one in (self.windows, *links)),
            probabilistic=max(one.probabilistic for one in (self.windows, *links)),
        )

    def window_of(self, link_id: LinkId, *, is_probabilistic: bool) -> Window:
        """How old a click of this link may be for this kind of evidence."""
        said = self.link_windows.get(link_id, _AS_THE_APP)
        windows = said.over(self.windows)
        if is_probabilistic:
            return Window(windows.probabilistic, said.probabilistic_hours is not None)
        return Window(windows.click, said.click_hours is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One click that some evidence ties to the install, and what became of it.

    Attributes:
        agreement: The device features that both sides know and agree on.
        age_seconds: From the click to the install; negative when the click came later.
        window: How old it might have been.
        probability: That this click led to the install; None where it was not weighed.
        factors: What spoke for and against it.
    """

    click: Click
    match_type: MatchType
    verdict: Verdict
    agreement: tuple[str, ...] = ()
    age_seconds: float = 0.0
    window: Window = Window(timedelta(0))
    probability: float | None = None
    factors: tuple[Factor, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Who earned an install.

    Attributes:
        click: The credited click; None for an organic install, and for one of Apple Ads.
        confidence: The probability that the credit is right; 0 for an organic install.
        reason: Why this click, or why none, as a short code.
        candidates: Every click that was weighed, the winner first, then latest first.
        lesson: What the install's address teaches for later decisions of the app.
    """

    match_type: MatchType
    click: Click | None
    confidence: float
    reason: str
    candidates: tuple[Candidate, ...] = ()
    lesson: UnrelatedInstalls = UnrelatedInstalls()

    @property
    def is_attributed(self) -> bool:
        """Whether an ad earned the install."""
        return self.match_type is not MatchType.ORGANIC
