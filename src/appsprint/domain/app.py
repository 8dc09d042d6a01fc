"""An app: what is advertised, on one platform, with its store page and its rules' windows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import parse_qs, urlsplit

from appsprint.domain.ids import AppId, KeyId
from appsprint.errors import InvalidInput

CLICK_LOOKBACK_HOURS = range(1, 721)
PROBABILISTIC_LOOKBACK_HOURS = range(1, 169)
MIN_CONFIDENCE_PERCENT = range(50, 100)
REATTRIBUTION_DAYS = range(1, 366)


class Platform(StrEnum):
    """The operating system an app is made for."""

    IOS = "ios"
    ANDROID = "android"


class Environment(StrEnum):
    """Which data an API key writes: test data never mixes with live data."""

    LIVE = "live"
    TEST = "test"


@dataclass(frozen=True, slots=True, kw_only=True)
class LookbackWindows:
    """How old a click may be when the install happens, by kind of evidence; ends included."""

    click: timedelta = timedelta(hours=168)
    probabilistic: timedelta = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """One app on one platform.

    Attributes:
        store_id: Apple's number without ``id``, or the Android package name.
        time_zone: IANA name; for people who read times, reports follow the advertiser's.
        currency: ISO 4217; the report's currency while no advertiser is chosen.
        probabilistic_matching: Whether address and device may earn credit.
        min_confidence_percent: How probable they must make a click for it.
        truncate_addresses: Whether only the network of people's addresses is kept.
        reattribution_days: How long after an install a person's next one is a reinstall.
        deleted_at: When the app was deleted; its keys then behave as discarded.
    """

    id: AppId
    name: str
    platform: Platform
    store_url: str
    store_id: str
    time_zone: str
    currency: str
    probabilistic_matching: bool = True
    click_lookback_hours: int = 168
    probabilistic_lookback_hours: int = 24
    min_confidence_percent: int = 75
    reattribution_days: int = 90
    truncate_addresses: bool = False
    created_at: datetime
    deleted_at: datetime | None = None

    @property
    def windows(self) -> LookbackWindows:
        """The app's lookback windows as durations."""
        return LookbackWindows(
            click=timedelta(hours=self.click_lookback_hours),
            probabilistic=timedelta(hours=self.probabilistic_lookback_hours),
        )

    @property
    def reattribution_window(self) -> timedelta:
        """How long after an install a person's next one is a reinstall; the end is included."""
        return timedelta(days=self.reattribution_days)


class RevokeMode(StrEnum):
    """What an ended API key answers to the apps that still carry it.

    ``REJECT`` answers 401, which switches shipped SDKs off for good; ``DISCARD`` answers 200
    and throws the data away.
    """

    REJECT = "reject"
    DISCARD = "discard"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """The credential that an app's SDK sends; only its hash is kept.

    Attributes:
        hint: The key as shown after creation, such as ``as_live_…wxyz``.
        revoked_at: None while the key is good.
    """

    id: KeyId
    app_id: AppId
    environment: Environment
    key_hash: str
    hint: str
    created_at: datetime
    revoked_at: datetime | None = None
    revoke_mode: RevokeMode | None = None


@dataclass(frozen=True, slots=True)
class StorePage:
    """A store page that was understood: which platform and which app it is."""

    platform: Platform
    store_id: str


_APPLE_HOSTS = frozenset({"apps.apple.com", "itunes.apple.com"})
_PLAY_HOSTS = frozenset({"play.google.com"})
_APPLE_PATH = re.compile(r"/(?:[a-z]{2}/)?app/(?:[^/]+/)?id([0-9]{1,19})/?", re.IGNORECASE)
_PACKAGE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z][A-Za-z0-9_]*)+")
_STORE_HINT = (
    "expected https://apps.apple.com/…/id<number> or "
    "https://play.google.com/store/apps/details?id=<package>"
)
MAX_STORE_URL_LENGTH = 2048


def read_store_url(url: str, *, field: str = "store_url") -> StorePage:
    """Tell platform and store id from the address of a store page.

    Raises:
        InvalidInput: ``url`` is not the address of a page for one app in either store.
    """
    if len(url) > MAX_STORE_URL_LENGTH or not url.isprintable() or " " in url:
        raise InvalidInput(f"not a usable address: {_STORE_HINT}", field=field)
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
        has_port = parts.port is not None
    except ValueError as exc:
        raise InvalidInput(f"not a usable address: {_STORE_HINT}", field=field) from exc
    if parts.scheme != "https" or has_port or parts.username is not None:
        raise InvalidInput(f"a store page is a plain https address: {_STORE_HINT}", field=field)
    if host in _APPLE_HOSTS:
        return _read_apple_path(parts.path, field)
    if host in _PLAY_HOSTS:
        return _read_play_query(parts.path, parts.query, field)
    raise InvalidInput(f"not an App Store or Play Store address: {_STORE_HINT}", field=field)


def require_store_page(url: str, platform: Platform, *, field: str = "store_url") -> StorePage:
    """Like ``read_store_url``, and the page must be of ``platform``.

    Raises:
        InvalidInput: Not a store page, or one of the other platform.
    """
    page = read_store_url(url, field=field)
    if page.platform is not platform:
        store = "Play Store" if platform is Platform.ANDROID else "App Store"
        raise InvalidInput(
            f"this is the page of an {_NAMES[page.platform]} app, and the app is for "
            f"{_NAMES[platform]}: give its {store} page",
            field=field,
        )
    return page


_NAMES = {Platform.IOS: "iOS", Platform.ANDROID: "Android"}


def _read_apple_path(path: str, field: str) -> StorePage:
    match = _APPLE_PATH.fullmatch(path)
    if match is None:
        raise InvalidInput(f"no app id in this App Store address: {_STORE_HINT}", field=field)
    return StorePage(Platform.IOS, match.group(1))


def _read_play_query(path: str, query: str, field: str) -> StorePage:
    packages = parse_qs(query).get("id", [])
    if path.rstrip("/") != "/store/apps/details" or len(packages) != 1:
        raise InvalidInput(f"no app in this Play Store address: {_STORE_HINT}", field=field)
    if _PACKAGE_NAME.fullmatch(packages[0]) is None:
        raise InvalidInput(f"{packages[0][:80]!r} is not an Android package name", field=field)
    return StorePage(Platform.ANDROID, packages[0])
