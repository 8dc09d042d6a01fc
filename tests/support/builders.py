"""Builders for this repository's tests, beside those that are shipped for adapter authors.

``make_click(age=…)``, ``make_install(…)`` and the rest come from ``appsprint.testing.builders``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from appsprint.domain.app import Platform
from appsprint.domain.decision import InstallEvidence
from appsprint.domain.device import describe_install_device
from appsprint.domain.referrer import parse_play_referrer
from appsprint.testing.builders import APP_ID, HOME, NOON, SAFARI

IDFA = "e2b3a7a0-0000-4000-8000-000000000001"
GAID = "38400000-8cf0-11bd-b23e-10b96e40000d"
PIXEL_8 = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8 Build/UD1A.230803.041; wv) AppleWebKit/537.36 "
    "(KHTML, like Gecko) Version/4.0 Chrome/121.0.6167.143 Mobile Safari/537.36"
)
IPHONE = describe_install_device(
    platform="ios", os_version="18.5", device_model="iPhone15,4", web_view_user_agent=SAFARI
)
PIXEL = describe_install_device(
    platform="android", os_version="14", device_model="Pixel 8", web_view_user_agent=PIXEL_8
)


def make_evidence(**changes: Any) -> InstallEvidence:
    """An install at noon, on the iPhone at home that ``make_click`` clicks with."""
    evidence = InstallEvidence(
        app_id=APP_ID,
        platform=Platform.IOS,
        installed_at=NOON,
        received_at=NOON,
        address_key=HOME,
        device=IPHONE,
        language="en-US",
        referrer=parse_play_referrer(None),
        given_click_id=None,
        advertising_id=None,
    )
    return replace(evidence, **changes)


def make_android_evidence(*, referrer: str | None = None, **changes: Any) -> InstallEvidence:
    """An install at noon on a Pixel at home, with what Play says of its link."""
    return make_evidence(
        **{
            "platform": Platform.ANDROID,
            "device": PIXEL,
            "referrer": parse_play_referrer(referrer),
            **changes,
        }
    )
