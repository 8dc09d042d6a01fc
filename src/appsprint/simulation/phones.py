"""Phones as they show themselves: in TikTok's browser, in the system web view, to our SDK routes.

The user agents have the forms that were seen in public logs (tiktok-business-api.md, G.5), with
models and versions of our choice.
"""

from __future__ import annotations

import random
import uuid
from dataclasses import dataclass, replace

from appsprint.domain.app import Platform

# From this version on TikTok's browser says less of itself.
_FIRST_SHORT_TIKTOK = 41
_WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148"
_BLINK = "AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a person lives, as a phone tells it.

    Attributes:
        language: BCP 47, ``fr-FR``.
        time_zone: IANA name.
        currency: What the store charges there.
    """

    country: str
    language: str
    time_zone: str
    currency: str

    @property
    def accept_language(self) -> str:
        """The header that browsers send for the language."""
        short = self.language.partition("-")[0]
        return f"{self.language},{short};q=0.9,en;q=0.7"


FRANCE = Place(country="FR", language="fr-FR", time_zone="Europe/Paris", currency="EUR")
BELGIUM = Place(country="BE", language="fr-BE", time_zone="Europe/Brussels", currency="EUR")
GERMANY = Place(country="DE", language="de-DE", time_zone="Europe/Berlin", currency="EUR")
BRITAIN = Place(country="GB", language="en-GB", time_zone="Europe/London", currency="GBP")
AMERICA = Place(country="US", language="en-US", time_zone="America/New_York", currency="USD")


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """One phone.

    Attributes:
        model: As the SDK reports it: ``iPhone15,4``, ``SM-A325F``.
        os_version: What the system calls itself.
        reported_version: What user agents say of it: ``18_7`` for iOS 26, which hides there.
        build: Android's build id; empty on iOS.
        chrome: The web view's version on Android; empty on iOS.
        tiktok: The version of TikTok's app.
        tag: TikTok's tag at the end of an iPhone's user agent, different for each person.
        pixels: Width and height in physical pixels.
    """

    platform: Platform
    maker: str
    model: str
    os_version: str
    reported_version: str
    build: str
    chrome: str
    tiktok: str
    tag: str
    pixels: tuple[int, int]
    scale: float
    cores: int
    memory_gb: int

    def web_view(self) -> str:
        """``navigator.userAgent`` of the system web view inside our app."""
        if self.platform is Platform.IOS:
            return f"{self._apple_platform()} {_WEBKIT}"
        return f"{self._android_platform()} {_BLINK} Chrome/{self.chrome} Mobile Safari/537.36"

    def in_app_browser(self, place: Place, connection: str) -> str:
        """The user agent of TikTok's browser; ``connection`` is ``WIFI`` or ``4G``."""
        short = int(self.tiktok.partition(".")[0]) >= _FIRST_SHORT_TIKTOK
        if self.platform is Platform.IOS:
            tail = "BytedanceWebview/d8a21c6" if short else self._long_apple(place, connection)
            return f"{self.web_view()} musical_ly_{self.tiktok} {tail}"
        tail = self._short_android(place) if short else self._long_android(place, connection)
        return f"{self.web_view()} musical_ly_{self._tiktok_build()} {tail}"

    def http_stack(self) -> str:
        """What the SDK's own requests carry: the platform's default."""
        if self.platform is Platform.IOS:
            return "MorningMiles/212 CFNetwork/3826.500.131 Darwin/24.5.0"
        system = f"Android {self.os_version}; {self.model} Build/{self.build}"
        return f"Dalvik/2.1.0 (Linux; U; {system})"

    def with_tiktok(self, version: str) -> Phone:
        """The same model with another version of TikTok's app, so another person's phone."""
        return replace(self, tiktok=version)

    def _apple_platform(self) -> str:
        return f"Mozilla/5.0 (iPhone; CPU iPhone OS {self.reported_version} like Mac OS X)"

    def _android_platform(self) -> str:
        return (
            f"Mozilla/5.0 (Linux; Android {self.reported_version}; {self.model} "
            f"Build/{self.build}; wv)"
        )

    def _long_apple(self, place: Place, connection: str) -> str:
        return (
            f"JsSdk/2.0 NetType/{connection} Channel/App Store "
            f"ByteLocale/{place.language.partition('-')[0]} Region/{place.country} "
            "RevealType/Dialog isDarkMode/0 WKWebView/1 BytedanceWebview/d8a21c6 "
            f"FalconTag/{self.tag}"
        )

    def _long_android(self, place: Place, connection: str) -> str:
        language = place.language.partition("-")[0]
        return (
            f"JsSdk/1.0 NetType/{connection} Channel/googleplay AppName/musical_ly "
            f"app_version/{self.tiktok} ByteLocale/{language} ByteFullLocale/{language} "
            f"Region/{place.country} AppId/1233 Spark/1.5.0.5-alpha.2 AppVersion/{self.tiktok} "
            "BytedanceWebview/d8a21c6"
        )

    def _short_android(self, place: Place) -> str:
        return f"AppName/musical_ly ByteLocale/{place.language}"

    def _tiktok_build(self) -> str:
        """TikTok's build number: version ``39.3.4`` is ``2023903040``."""
        major, minor, patch = (int(part) for part in self.tiktok.split("."))
        return f"202{major}{minor:02d}{patch:02d}0"


# Model, then width, height, pixels per point, cores, memory.
_IPHONES = (
    ("iPhone12,1", (828, 1792), 2.0, 6, 4),
    ("iPhone13,2", (1170, 2532), 3.0, 6, 4),
    ("iPhone14,5", (1170, 2532), 3.0, 6, 4),
    ("iPhone14,7", (1170, 2532), 3.0, 6, 6),
    ("iPhone15,4", (1179, 2556), 3.0, 6, 6),
    ("iPhone16,1", (1179, 2556), 3.0, 6, 8),
    ("iPhone17,3", (1179, 2556), 3.0, 6, 8),
)
# What the system is, and what its web views say.
_APPLE_SYSTEMS = (
    ("17.6.1", "17_6_1"),
    ("18.3.2", "18_3_2"),
    ("18.5", "18_5"),
    ("18.6", "18_6"),
    ("26.1", "18_7"),
    ("26.2", "18_7"),
)
# Maker, model, Android, build, then as above.
_ANDROIDS = (
    ("samsung", "SM-A325F", "13", "TP1A.220624.014", (1080, 2400), 2.8, 8, 4),
    ("samsung", "SM-A546B", "14", "UP1A.231005.007", (1080, 2340), 2.8, 8, 6),
    ("samsung", "SM-S911B", "15", "AP3A.240905.015.A2", (1080, 2340), 3.0, 8, 8),
    ("Google", "Pixel 7a", "15", "AP4A.250105.002", (1080, 2400), 2.6, 8, 8),
    ("Google", "Pixel 8", "14", "UQ1A.240105.004", (1080, 2400), 2.6, 9, 8),
    ("Xiaomi", "23106RN0DA", "15", "AP3A.240905.015.A2", (720, 1600), 2.0, 8, 4),
    ("Xiaomi", "2201117TY", "13", "TKQ1.221114.001", (1080, 2400), 2.7, 8, 6),
    ("OPPO", "CPH2387", "14", "UKQ1.230924.001", (720, 1612), 2.0, 8, 4),
    ("motorola", "moto g54 5G", "14", "U1TDS34.94-12-9-10-2", (1080, 2400), 2.5, 8, 8),
)
_CHROMES = ("139.0.7258.143", "141.0.7390.111", "143.0.7499.34", "145.0.7632.120")
TIKTOK_VERSIONS = ("39.1.0", "39.3.4", "40.6.0", "41.5.0", "42.2.1", "43.0.2")


def make_phone(platform: Platform, rng: random.Random) -> Phone:
    return make_iphone(rng) if platform is Platform.IOS else make_android(rng)


def make_iphone(rng: random.Random) -> Phone:
    model, pixels, scale, cores, memory_gb = rng.choice(_IPHONES)
    os_version, reported_version = rng.choice(_APPLE_SYSTEMS)
    return Phone(
        platform=Platform.IOS,
        maker="Apple",
        model=model,
        os_version=os_version,
        reported_version=reported_version,
        build="",
        chrome="",
        tiktok=rng.choice(TIKTOK_VERSIONS),
        tag=str(new_uuid(rng)).upper(),
        pixels=pixels,
        scale=scale,
        cores=cores,
        memory_gb=memory_gb,
    )


def make_android(rng: random.Random) -> Phone:
    maker, model, version, build, pixels, scale, cores, memory_gb = rng.choice(_ANDROIDS)
    return Phone(
        platform=Platform.ANDROID,
        maker=maker,
        model=model,
        os_version=version,
        reported_version=version,
        build=build,
        chrome=rng.choice(_CHROMES),
        tiktok=rng.choice(TIKTOK_VERSIONS),
        tag="",
        pixels=pixels,
        scale=scale,
        cores=cores,
        memory_gb=memory_gb,
    )


def new_uuid(rng: random.Random) -> uuid.UUID:
    """A random UUID that the same seed makes again."""
    return uuid.UUID(int=rng.getrandbits(128), version=4)
