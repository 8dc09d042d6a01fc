"""Which installs are of a person who had the app already: reinstalls. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from appsprint.domain.app import Environment
from appsprint.domain.ids import InstallId
from appsprint.domain.install import Install

# What an SDK of the 2.x dialect says of an app that came back to its person (SDK wire protocol
# §7). An update installs nothing, so ``app_update`` and ``sdk_added_on_update`` are not here: such
# a device is new to us, and nobody knows whether it ever lost the app.
_CAME_BACK = frozenset({"reinstall", "restore"})


class SamePersonBy(StrEnum):
    """What shows that a person had the app before, strongest first."""

    ADVERTISING_ID = "advertising_id"
    IDFV = "idfv"
    INSTALL_TYPE = "install_type"


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierInstall:
    """A live install of the same app that was registered before and shares an id.

    Attributes:
        installed_at: By the device's clock, as ``Install.installed_at``.
        by: The id that it shares.
    """

    id: InstallId
    installed_at: datetime
    by: SamePersonBy


@dataclass(frozen=True, slots=True, kw_only=True)
class Reinstall:
    """Why an install is not a new one.

    Attributes:
        earlier: The person's install before this one; None when only the SDK says that there
            was one.
        since_earlier: From that install to this one, never negative; None without it.
    """

    by: SamePersonBy
    earlier: InstallId | None = None
    since_earlier: timedelta | None = None


def find_reinstall(
    install: Install, sharing: Iterable[EarlierInstall], window: timedelta
) -> Reinstall | None:
    """Why ``install`` is a reinstall, None when it is a new install.

    Of several installs in the window the latest one counts, and of two ids the stronger. An SDK
    that says ``reinstall`` or ``restore`` is believed as long as we know no earlier install of
    the person: with one that is older than the window, the install is new again.

    Args:
        install: A test install is always new.
        sharing: Every live install of the app that was registered before and shares an
            advertising id or ``idfv``, in any order.
        window: The app's re-attribution window; its end is included.
    """
    if install.environment is Environment.TEST:
        return None
    known = list(sharing)
    recent = [one for one in known if abs(install.installed_at - one.installed_at) <= window]
    if recent:
        latest = min(recent, key=lambda one: (_age(install, one), _STRENGTH[one.by], one.id))
        since = _age(install, latest)
        return Reinstall(by=latest.by, earlier=latest.id, since_earlier=since)
    if known or install_type_of(install) not in _CAME_BACK:
        return None
    return Reinstall(by=SamePersonBy.INSTALL_TYPE)


def idfv_of(install: Install) -> str | None:
    """Apple's id of the device for all apps of one vendor, in lower case; None when not told."""
    told = json.loads(install.body).get("idfv")
    return None if told is None else str(told).lower()


def install_type_of(install: Install) -> str | None:
    """What an SDK of the 2.x dialect calls the install, in lower case with ``_``."""
    told = json.loads(install.body).get("installType")
    return None if told is None else str(told).strip().lower().replace("-", "_")


_STRENGTH = {by: rank for rank, by in enumerate(SamePersonBy)}


def _age(install: Install, earlier: EarlierInstall) -> timedelta:
    return abs(install.installed_at - earlier.installed_at)
