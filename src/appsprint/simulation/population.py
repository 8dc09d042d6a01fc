"""Which phones people have and which languages they read, with the share of each.

The shares are estimates of 2026 in round figures: a few systems and models are very common, many
are rare. The rule of credit must not know them.
"""

from __future__ import annotations

import random
from dataclasses import replace

from appsprint.domain.app import Platform
from appsprint.simulation.phones import (
    AMERICA,
    BELGIUM,
    BRITAIN,
    FRANCE,
    GERMANY,
    TIKTOK_VERSIONS,
    Phone,
    Place,
    make_phone,
)

# What the system calls itself, what user agents say of it, its share.
APPLE_SYSTEMS = (
    ("26.2", "18_7", 24),
    ("26.1", "18_7", 14),
    ("26.0.1", "18_7", 5),
    ("18.7.2", "18_7_2", 9),
    ("18.6.2", "18_6_2", 12),
    ("18.5", "18_5", 12),
    ("18.3.2", "18_3_2", 7),
    ("17.6.1", "17_6_1", 8),
    ("17.5.1", "17_5_1", 4),
    ("16.7.10", "16_7_10", 5),
)
# Maker, model, the versions of Android that it runs, its share.
ANDROIDS = (
    ("samsung", "SM-A155F", ("14", "15", "16"), 9),
    ("samsung", "SM-A546B", ("14", "15"), 7),
    ("samsung", "SM-A325F", ("13",), 6),
    ("samsung", "SM-S911B", ("14", "15", "16"), 6),
    ("samsung", "SM-S928B", ("15", "16"), 6),
    ("samsung", "SM-A135F", ("13", "14"), 5),
    ("samsung", "SM-G991B", ("14", "15"), 4),
    ("samsung", "SM-A057G", ("14", "15"), 4),
    ("Google", "Pixel 7a", ("14", "15", "16"), 3),
    ("Google", "Pixel 8", ("14", "15", "16"), 3),
    ("Google", "Pixel 9", ("15", "16"), 2),
    ("Xiaomi", "23106RN0DA", ("14", "15"), 5),
    ("Xiaomi", "2201117TY", ("12", "13"), 5),
    ("Xiaomi", "22101316G", ("13", "14"), 4),
    ("Xiaomi", "2312DRAABG", ("14", "15"), 4),
    ("OPPO", "CPH2387", ("13", "14"), 3),
    ("OPPO", "CPH2591", ("14", "15"), 3),
    ("motorola", "moto g54 5G", ("13", "14"), 3),
    ("motorola", "moto g84 5G", ("14", "15"), 2),
    ("HONOR", "ALI-NX1", ("13", "14"), 2),
    ("OnePlus", "CPH2399", ("13", "14"), 2),
    ("realme", "RMX3710", ("13", "14"), 2),
    ("INFINIX", "Infinix X6833B", ("13", "14"), 2),
    ("TECNO", "TECNO BG6", ("13",), 2),
)
BUILDS = ("240105.004", "240705.002", "250105.002", "250605.031", "251005.004.A1")
CHROMES = (
    ("145.0.7632.120", 30),
    ("145.0.7632.79", 18),
    ("144.0.7559.132", 16),
    ("143.0.7499.192", 12),
    ("141.0.7390.122", 9),
    ("138.0.7204.179", 8),
    ("132.0.6834.163", 7),
)
TIKTOKS = tuple(zip(TIKTOK_VERSIONS, (5, 7, 12, 20, 28, 28), strict=True))
PLACES = ((AMERICA, 40), (GERMANY, 20), (FRANCE, 20), (BRITAIN, 15), (BELGIUM, 5))


def draw_place(rng: random.Random) -> Place:
    """Where somebody lives; a household shares it."""
    places = [place for place, _ in PLACES]
    return rng.choices(places, [share for _, share in PLACES])[0]


def draw_phone(platform: Platform, rng: random.Random) -> Phone:
    """A phone of the platform, common ones more often."""
    tiktok = _draw(TIKTOKS, rng)
    phone = replace(make_phone(platform, rng), tiktok=tiktok)
    return _iphone(phone, rng) if platform is Platform.IOS else _android(phone, rng)


def browser_of(phone: Phone) -> str:
    """The user agent of the phone's own browser."""
    if phone.platform is Platform.ANDROID:
        return (
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
            f"Chrome/{phone.chrome.partition('.')[0]}.0.0.0 Mobile Safari/537.36"
        )
    major_and_minor = ".".join(phone.os_version.split(".")[:2])
    return (
        f"Mozilla/5.0 (iPhone; CPU iPhone OS {phone.reported_version} like Mac OS X) "
        "AppleWebKit/605.1.15 (KHTML, like Gecko) "
        f"Version/{major_and_minor} Mobile/15E148 Safari/604.1"
    )


def _iphone(phone: Phone, rng: random.Random) -> Phone:
    systems, weights = [one[:2] for one in APPLE_SYSTEMS], [one[2] for one in APPLE_SYSTEMS]
    os_version, reported = rng.choices(systems, weights)[0]
    return replace(phone, os_version=os_version, reported_version=reported)


def _android(phone: Phone, rng: random.Random) -> Phone:
    maker, model, versions, _ = rng.choices(ANDROIDS, [one[3] for one in ANDROIDS])[0]
    version = rng.choice(versions)
    letter = {"12": "SP1A", "13": "TP1A", "14": "UP1A", "15": "AP3A", "16": "BP2A"}[version]
    return replace(
        phone,
        maker=maker,
        model=model,
        os_version=version,
        reported_version=version,
        build=f"{letter}.{rng.choice(BUILDS)}",
        chrome=_draw(CHROMES, rng),
    )


def _draw(table: tuple[tuple[str, int], ...], rng: random.Random) -> str:
    values = [value for value, _ in table]
    return rng.choices(values, [share for _, share in table])[0]
