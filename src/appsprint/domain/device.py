"""Devices: what a browser's user agent and an install say of one, and whether they can be the same.

The patterns are ours, not ua-parser's: it takes 50 µs where these take 7, hides the raw model that
must be compared, and takes the frozen versions below at their word.

What user agents no longer tell:
    - Safari on iOS and iPadOS 26 reports the last system before it, ``18_6`` at first and ``18_7``
      later, and web views inside apps mostly do too. Safari's ``Version/26.2`` is still true
      (WebKit, "WebKit Features in Safari 26.0", September 2025; WebKit pull requests 50383 and
      50559; whatwg/compat issue 283). Facebook and Instagram add the true system version.
    - Safari stays at minor version 6 through the security releases that follow (iOS 16.7.10 says
      ``Version/16.6``), so from there on its minor version says nothing of the system's.
    - Firefox on iOS reports ``18_7`` on every system (mozilla-mobile/firefox-ios pull request
      29548, 2025).
    - Chrome on Android reports ``Android 10; K`` on every device (user agent reduction, 2023).
    - Safari on an iPad asks for desktop sites as ``Macintosh; Intel Mac OS X 10_15_7``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from appsprint.domain.visit import VisitKind, classify_user_agent, readable_part

Version = tuple[int, ...]

_CACHED_USER_AGENTS = 16_384
_CACHED_MODELS = 4_096
_MAX_MODEL_LENGTH = 64
_MAX_LANGUAGE_LENGTH = 35

# The first system of Apple's that hides behind the versions below, as far as we know them.
_FIRST_HIDDEN_MAJOR = 26
_FROZEN_VERSIONS = frozenset({(18, 6), (18, 7)})
_LAST_SAFARI_FEATURE_MINOR = 6

# What a desktop-class iPad calls itself; a Mac does the same.
_MACINTOSH = "Macintosh"
# Frozen too, in every Safari and web view since 2018; Chrome's is 537.36.
_SAFARI_ENGINE = "AppleWebKit/605.1.15"

_VERSION = r"[0-9]{1,4}(?:[._][0-9]{1,4}){0,3}"
# The first comment, with models such as "Moto G (5) Plus" inside; linear because nothing in it
# can be read in two ways.
_PLATFORM = re.compile(r"[^(]*\(((?:[^()]++|\([^()]*+\))*+)")
_ANDROID = re.compile(rf"\b(?:Android|Adr)\b[ /-]?({_VERSION})?")
_APPLE_MODEL = re.compile(r"\b(iPhone|iPad|iPod)\b", re.IGNORECASE)
_APPLE_VERSION = re.compile(rf"OS ({_VERSION})\b", re.IGNORECASE)
# These start with plain text, which makes them ten times as fast where they find nothing.
_FACEBOOK_VERSION = re.compile(rf"FBSV/({_VERSION})\b")
_INSTAGRAM_VERSION = re.compile(rf"; i(?:Pad)?OS ({_VERSION});")
_SAFARI_VERSION = re.compile(
    r"Version/([0-9]{1,4})\.([0-9]{1,4})[0-9.]*(?P<itself> Mobile/[0-9A-Za-z]+ Safari/)?"
)
_ANY_VERSION = re.compile(_VERSION)

# Parts of an Android platform comment that are no model.
_NO_MODEL = re.compile(
    r"(?:linux|u|wv|arm(?:_?64|v[0-9]+[a-z]*)?|aarch64|x86(?:_64)?|i686|mobile|tablet|phone"
    r"|android.*|harmonyos.*|hmscore.*|rv:.*|build/.*|opera mini.*"
    r"|(?-i:[a-z]{2}(?:[-_](?:[A-Za-z]{2,4}|[0-9]{3}))?))?",
    re.IGNORECASE,
)
_REDUCED_MODEL = "K"
_GENERIC_MODELS = frozenset({"", "k", "unknown", "generic", "device", "null", "none"})
_BUILD = re.compile(r"\sBuild\b.*", re.DOTALL)
_BUILD_ID = re.compile(r"\sBuild/([^;)\s]{1,64})")
_CHROME_VERSION = re.compile(r"Chrome/([0-9]{1,4}(?:\.[0-9]{1,5}){3})\b")
_MAX_PLATFORM_PARTS = 16
# Makers that phones, browsers and apps put before the model, or leave out.
_MAKER = re.compile(
    r"(?:(?:samsung|google|xiaomi|huawei|honor|oppo|vivo|oneplus|realme|motorola|sony|lge?|htc"
    r"|nokia|hmd|zte|tcl|asus|lenovo|infinix|tecno|itel|meizu|amazon|sharp|fairphone|nothing)"
    r"[\s_-]+)+(?=\S)",
    re.IGNORECASE,
)

_BROWSERS = ("Mozilla/", "Opera/")
_ENGINES = ("AppleWebKit/", "Gecko/", "Presto/", "Trident/")
# Parts that change between two taps: network type, dark mode, how the page was opened.
_VOLATILE = re.compile(r"\s(?:NetType|isDarkMode|RevealType|AppSkin|NW)/\S*", re.IGNORECASE)


class OperatingSystem(StrEnum):
    """A device's system; ``OTHER`` is any that no app of ours runs on."""

    IOS = "ios"
    ANDROID = "android"
    OTHER = "other"


_PLATFORMS = {
    "ios": OperatingSystem.IOS,
    "ipados": OperatingSystem.IOS,
    "android": OperatingSystem.ANDROID,
}


class DeviceFeature(StrEnum):
    """Something that a browser and an install both may tell of their device."""

    OS = "os"
    OS_VERSION = "os_version"
    MODEL = "model"


class DeviceMismatch(StrEnum):
    """Why a browser and an install cannot be taken for the same device."""

    OS_DIFFERS = "os_differs"
    OS_VERSION_DIFFERS = "os_version_differs"
    MODEL_DIFFERS = "model_differs"
    UNKNOWN_OS = "unknown_os"


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserDevice:
    """What a user agent tells of the device.

    Attributes:
        os: None when the user agent is empty or names no system.
        os_version: From the major version on; empty when unknown.
        model: Android's model as written (``Pixel 8``), ``iPhone``, ``iPad`` or ``iPod``; for
            Safari on the desktop ``Macintosh``, which may be an iPad. None when unknown.
        version_is_frozen: The version is one that newer systems report as well.
    """

    os: OperatingSystem | None
    os_version: Version = ()
    model: str | None = None
    version_is_frozen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WebView:
    """Android's web view, which all apps of a device share.

    Attributes:
        version: ``145.0.7632.120``; browsers have one of their own, which tells nothing here.
        build: The system's build id; None when the user agent leaves it out.
    """

    version: str
    build: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallDevice:
    """What the SDK tells of the device that an app was installed on.

    Attributes:
        os: None when neither the platform nor the web view is known.
        os_version: What the system calls itself; empty when unknown.
        model: As sent: ``iPhone15,4``, ``SM-A325F``, ``samsung SM-A325F``. None when unknown.
        web_view: What the system web view's user agent tells; None when it was not sent.
    """

    os: OperatingSystem | None
    os_version: Version = ()
    model: str | None = None
    web_view: BrowserDevice | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceComparison:
    """Whether a browser and an install can be the same device.

    Attributes:
        reason: Why they cannot; None when they can.
        matched: The features that both know and agree on; the more, the better the fit.
    """

    reason: DeviceMismatch | None
    matched: frozenset[DeviceFeature] = frozenset()

    @property
    def compatible(self) -> bool:
        """Nothing that both sides know speaks against it."""
        return self.reason is None


def parse_browser(user_agent: str) -> BrowserDevice:
    """Read the device from a browser's or web view's user agent; any text is fine."""
    return _parse_browser(readable_part(user_agent))


@lru_cache(maxsize=_CACHED_USER_AGENTS)
def parse_web_view(user_agent: str) -> WebView | None:
    """Android's web view behind a user agent; None in browsers and on other systems."""
    comment = _PLATFORM.match(user_agent)
    version = _CHROME_VERSION.search(user_agent)
    if comment is None or version is None or not comment[1].endswith("; wv"):
        return None
    build = _BUILD_ID.search(comment[1])
    return WebView(version=version[1], build=build[1] if build else None)


def describe_install_device(
    *,
    platform: str,
    os_version: str | None,
    device_model: str | None,
    web_view_user_agent: str | None,
) -> InstallDevice:
    """Read the device from an install body (SDK protocol, section 2).

    Args:
        platform: ``ios`` or ``android``, of the SDK or of the app; with any other text the web
            view decides.
        os_version: ``18.5``; None, empty or ``unknown`` when the device would not say.
        device_model: ``iPhone15,4`` or Android's model; None, empty or ``unknown`` likewise.
        web_view_user_agent: ``navigator.userAgent`` of the system web view.
    """
    web_view = parse_browser(web_view_user_agent) if web_view_user_agent else None
    return InstallDevice(
        os=_PLATFORMS.get(platform.strip().lower()) or (web_view.os if web_view else None),
        os_version=_first_version(os_version),
        model=_known_model(device_model),
        web_view=web_view,
    )


def compare_devices(click: BrowserDevice, install: InstallDevice) -> DeviceComparison:
    """Tell whether a click's browser and an install can be the same device, and how well they fit.

    What one side does not know speaks neither for nor against it. Versions are compared on the
    components that both have. A browser in an iPad's desktop mode fits an iPad, with no feature
    matched.
    """
    if click.os is None or install.os is None:
        return DeviceComparison(reason=DeviceMismatch.UNKNOWN_OS)
    if _may_be_desktop_ipad(click, install):
        return DeviceComparison(reason=None)
    if click.os is not install.os or click.os is OperatingSystem.OTHER:
        return DeviceComparison(reason=DeviceMismatch.OS_DIFFERS)
    version_agrees = _versions_agree(click, install)
    if version_agrees is False:
        return DeviceComparison(reason=DeviceMismatch.OS_VERSION_DIFFERS)
    model_agrees = _models_agree(click, install)
    if model_agrees is False:
        return DeviceComparison(reason=DeviceMismatch.MODEL_DIFFERS)
    known = {
        DeviceFeature.OS: True,
        DeviceFeature.OS_VERSION: version_agrees,
        DeviceFeature.MODEL: model_agrees,
    }
    return DeviceComparison(
        reason=None, matched=frozenset(feature for feature, agrees in known.items() if agrees)
    )


@lru_cache(maxsize=_CACHED_USER_AGENTS)
def device_signature(user_agent: str, accept_language: str | None) -> str:
    """The text that tells one device from another behind one address.

    Two taps of one device in the same app give the same text: parts of the user agent that
    change from tap to tap are left out, and of the languages only the first counts.
    """
    primary = (accept_language or "").split(",", 1)[0].split(";", 1)[0].strip().lower()
    return f"{_stable(readable_part(user_agent))}\n{primary[:_MAX_LANGUAGE_LENGTH]}"


def is_browser_user_agent(user_agent: str) -> bool:
    """Whether a browser or web view of a person sent this, so that TikTok can use it.

    False for the HTTP stacks of apps (okhttp, Dalvik, CFNetwork), libraries, machines and "".
    """
    if not user_agent.startswith(_BROWSERS):
        return False
    text = readable_part(user_agent)
    has_engine = any(engine in text for engine in _ENGINES)
    return has_engine and classify_user_agent(text) is VisitKind.CLICK


# Reading a user agent


@lru_cache(maxsize=_CACHED_USER_AGENTS)
def _parse_browser(user_agent: str) -> BrowserDevice:
    comment = _PLATFORM.match(user_agent)
    platform = comment[1] if comment else ""
    if not platform:
        return BrowserDevice(os=OperatingSystem.OTHER if user_agent.strip() else None)
    if "Windows" in platform:  # Windows Phone also claimed to be Android and iPhone
        return BrowserDevice(os=OperatingSystem.OTHER)
    if android := _ANDROID.search(platform):
        return _android(platform[android.end() :], _to_version(android[1]))
    if apple := _APPLE_MODEL.search(platform):
        return _apple(user_agent, platform, _apple_family(apple[1]))
    return BrowserDevice(os=OperatingSystem.OTHER, model=_desktop_safari(user_agent, platform))


def _android(rest_of_platform: str, version: Version) -> BrowserDevice:
    name = next(_android_models(rest_of_platform), None)
    if name == _REDUCED_MODEL:
        return BrowserDevice(os=OperatingSystem.ANDROID)
    return BrowserDevice(os=OperatingSystem.ANDROID, os_version=version, model=_known_model(name))


def _android_models(rest_of_platform: str) -> Iterator[str]:
    for part in rest_of_platform.split(";", _MAX_PLATFORM_PARTS):
        name = _BUILD.sub("", part).strip()
        if not _NO_MODEL.fullmatch(name):
            yield name


def _apple(user_agent: str, platform: str, model: str) -> BrowserDevice:
    found = _APPLE_VERSION.search(platform)
    version, is_frozen = _system_version(user_agent, _to_version(found[1] if found else None))
    return BrowserDevice(
        os=OperatingSystem.IOS, os_version=version, model=model, version_is_frozen=is_frozen
    )


def _system_version(user_agent: str, reported: Version) -> tuple[Version, bool]:
    """The version of Apple's system behind the reported one, and whether it stays hidden."""
    safari = _SAFARI_VERSION.search(user_agent)
    if safari and reported and int(safari[1]) >= _FIRST_HIDDEN_MAJOR > reported[0]:
        return _system_of_safari(safari), False
    if safari or reported not in _FROZEN_VERSIONS:
        return reported, False
    return _declared_version(user_agent, reported)


def _system_of_safari(safari: re.Match[str]) -> Version:
    """Safari is as old as its system; browsers that borrow its version give the major alone."""
    major, minor = int(safari[1]), int(safari[2])
    is_told = safari["itself"] is not None and minor < _LAST_SAFARI_FEATURE_MINOR
    return (major, minor) if is_told else (major,)


def _declared_version(user_agent: str, frozen: Version) -> tuple[Version, bool]:
    if declared := _FACEBOOK_VERSION.search(user_agent) or _INSTAGRAM_VERSION.search(user_agent):
        return _to_version(declared[1]), False
    if "FxiOS/" in user_agent:
        return (), False
    return frozen, True


def _desktop_safari(user_agent: str, platform: str) -> str | None:
    is_apples = _MACINTOSH in platform and _SAFARI_ENGINE in user_agent
    return _MACINTOSH if is_apples else None


def _to_version(text: str | None) -> Version:
    return tuple(map(int, text.replace("_", ".").split("."))) if text else ()


def _first_version(text: str | None) -> Version:
    found = _ANY_VERSION.search(text[:_MAX_MODEL_LENGTH]) if text else None
    return _to_version(found[0]) if found else ()


def _known_model(name: str | None) -> str | None:
    text = (name or "").strip()
    if text.lower() in _GENERIC_MODELS or len(text) > _MAX_MODEL_LENGTH:
        return None
    return text


def _apple_family(name: str) -> str:
    return {"iphone": "iPhone", "ipad": "iPad", "ipod": "iPod"}[name.lower()]


@lru_cache(maxsize=_CACHED_USER_AGENTS)
def _stable(user_agent: str) -> str:
    return " ".join(_VOLATILE.sub("", user_agent).split())


# Comparing: None means that one side does not know


def _usable_web_view(install: InstallDevice) -> BrowserDevice | None:
    """The web view, unless it shows another system: an iPad may ask as a Mac."""
    web_view = install.web_view
    return web_view if web_view is not None and web_view.os is install.os else None


def _may_be_desktop_ipad(click: BrowserDevice, install: InstallDevice) -> bool:
    if click.model != _MACINTOSH or install.os is not OperatingSystem.IOS:
        return False
    return "ipad" in _install_models(install)


def _versions_agree(click: BrowserDevice, install: InstallDevice) -> bool | None:
    exact, frozen = _install_versions(install)
    if not click.os_version:
        return None
    if click.version_is_frozen:
        return _frozen_click_agrees(click.os_version, exact, frozen)
    if exact:
        return _same_prefix(click.os_version, exact)
    return None if not frozen or _fits_frozen(click.os_version, frozen) else False


def _install_versions(install: InstallDevice) -> tuple[Version, Version]:
    """The true version, the web view's first, and the frozen one that the web view reports."""
    web_view = _usable_web_view(install)
    if web_view is None or not web_view.os_version:
        return install.os_version, ()
    if web_view.version_is_frozen:
        return install.os_version, web_view.os_version
    return web_view.os_version, ()


def _frozen_click_agrees(click: Version, exact: Version, frozen: Version) -> bool | None:
    if click == frozen or (exact and _same_prefix(click, exact)):
        return True
    return None if not exact or exact[0] >= _FIRST_HIDDEN_MAJOR else False


def _fits_frozen(exact: Version, frozen: Version) -> bool:
    return exact[0] >= _FIRST_HIDDEN_MAJOR or _same_prefix(exact, frozen)


def _same_prefix(left: Version, right: Version) -> bool:
    shared = min(len(left), len(right))
    return left[:shared] == right[:shared]


def _models_agree(click: BrowserDevice, install: InstallDevice) -> bool | None:
    known = _install_models(install)
    model = _comparable_model(click.model, click.os)
    if model is None or not known:
        return None
    return model in known


def _install_models(install: InstallDevice) -> frozenset[str]:
    web_view = _usable_web_view(install)
    models = (install.model, web_view.model if web_view else None)
    comparable = (_comparable_model(model, install.os) for model in models)
    return frozenset(model for model in comparable if model is not None)


@lru_cache(maxsize=_CACHED_MODELS)
def _comparable_model(model: str | None, os: OperatingSystem | None) -> str | None:
    """The model in the form that both sides share: Apple's family, Android's without maker."""
    if model is None:
        return None
    if os is OperatingSystem.IOS:
        family = _APPLE_MODEL.match(model.partition(",")[0].rstrip("0123456789"))
        return family[1].lower() if family else None
    return " ".join(_MAKER.sub("", model, count=1).lower().split())
