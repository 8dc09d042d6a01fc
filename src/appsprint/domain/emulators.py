"""Devices that are no devices: what emulators, simulators and automation tools call themselves.

Sources: the board and product names of Android's own emulators (``goldfish``, ``ranchu`` and
``cuttlefish`` under ``device/`` in the Android Open Source Project, ``sdk_gphone…`` products of the
SDK's system images); VirtualBox images such as Genymotion's (``vbox86``); the machine names that
Apple's simulator gives in place of a model (``x86_64``, ``arm64``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from appsprint.domain.visit import VisitKind, classify_user_agent

_CACHED_USER_AGENTS = 4_096
_HARDWARE = ("goldfish", "ranchu", "vbox86", "cutf_", "ttvm_")
_PRODUCTS = (
    *("sdk_gphone", "google_sdk", "sdk_phone", "sdk_google", "aosp_cf_", "vbox86"),
    *("emulator", "simulator", "genymotion", "bluestacks", "ldplayer", "memu"),
)
_MODELS = (*_PRODUCTS, "android sdk built for")
_SIMULATED_PHONES = frozenset({"x86_64", "i386", "arm64", "simulator", "sdk"})
_RENDERERS = (
    *("swiftshader", "android emulator", "llvmpipe", "virtualbox", "vmware", "softpipe"),
    *("bluestacks", "genymotion", "apple software renderer"),
)
# An app's web view may call itself by these where the browser's name is not at hand; the machines
# that visit ad links with them are told apart there.
_LIBRARY_NAMES = ("dalvik/", "cfnetwork/", "okhttp/", " darwin/")
_AUTOMATION = (
    *("headless", "phantomjs", "selenium", "webdriver", "puppeteer", "playwright", "appium"),
    *("python-requests", "python-urllib", "curl/", "wget/"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceMarks:
    """What a device tells of its make; None where it tells nothing.

    Attributes:
        user_agent: The web view's.
        renderer: The graphics driver's name for itself.
    """

    user_agent: str | None = None
    model: str | None = None
    manufacturer: str | None = None
    brand: str | None = None
    product: str | None = None
    hardware: str | None = None
    renderer: str | None = None


def emulator_mark(device: DeviceMarks) -> str | None:
    """The first field that names an emulator, as it was told; None when no one does."""
    model = device.model
    if model is not None and model.strip().lower() in _SIMULATED_PHONES:
        return model
    looks = (
        (device.hardware, _HARDWARE),
        (device.product, _PRODUCTS),
        (model, _MODELS),
        (device.manufacturer, _PRODUCTS),
        (device.brand, _PRODUCTS),
        (device.renderer, _RENDERERS),
    )
    return next((text for text, marks in looks if text and _names(text, marks)), None)


@lru_cache(maxsize=_CACHED_USER_AGENTS)
def automation_mark(user_agent: str | None) -> str | None:
    """The web view's name when it is a crawler's or a tool's; None for a browser's or no name."""
    if user_agent is None or _names(user_agent, _LIBRARY_NAMES):
        return None
    is_machine = _names(user_agent, _AUTOMATION)
    if is_machine or classify_user_agent(user_agent) is not VisitKind.CLICK:
        return user_agent
    return None


def _names(text: str, marks: Iterable[str]) -> bool:
    lowered = text.lower()
    return any(mark in lowered for mark in marks)
