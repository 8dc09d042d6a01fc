"""Installs: the first open of an app on a device, as its SDK registered it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from appsprint.domain.app import Environment, Platform
from appsprint.domain.ids import AppId, InstallId
from appsprint.domain.inapp_event import EARLIEST_BELIEVED_AT


class Dialect(StrEnum):
    """Which generation of the SDK protocol an install speaks; answers use the same."""

    APPSPRINT = "appsprint"
    POSTBACK = "postback"


class IdentifierKind(StrEnum):
    """What can become known of an install after it was registered.

    ``CONTESTED_IDFA`` is an IDFA that was refused once because it is another install's. ``GAID``,
    ``INSTALL_REFERRER``, ``PLAY_TIMES`` and ``CLICK_ID`` are what a repeated registration told and
    the first one lacked.
    """

    CUSTOMER_USER_ID = "customer_user_id"
    IDFA = "idfa"
    CONTESTED_IDFA = "contested_idfa"
    ADSERVICES_TOKEN = "adservices_token"
    GAID = "gaid"
    INSTALL_REFERRER = "install_referrer"
    PLAY_TIMES = "play_times"
    CLICK_ID = "click_id"


class TestReason(StrEnum):
    """What made an install a test."""

    __test__ = False  # It is no test itself.

    API_KEY = "api_key"
    SANDBOX = "sandbox"
    TEST_DEVICE = "test_device"


@dataclass(frozen=True, slots=True, kw_only=True)
class Install:
    """One install: a fact, written once. What comes later is kept beside it.

    Attributes:
        appsprint_id: The id that the SDK made on the device, exactly as received.
        installed_at: The first open by the device's clock, as far as other clocks can bear it out;
            never later than ``received_at``.
        received_at: When the registration reached us, by our clock.
        client_ip: Where the registration came from, in its normal text form.
        address_key: See ``Click.address_key``.
        user_agent: The web view's, None when the SDK could not tell it.
        install_referrer: The raw Play install referrer.
        given_click_id: A click id of ours that the app passed on by itself.
        advertising_id: GAID or IDFA in lower case, never all zero.
        locale: BCP 47 form, ``en-US``.
        test_reason: None for a live install, and for tests from before it was kept.
        body: The request's known fields as JSON text, bounded, for debugging and later rules.
    """

    id: InstallId
    app_id: AppId
    appsprint_id: str
    dialect: Dialect
    environment: Environment
    platform: Platform
    installed_at: datetime
    received_at: datetime
    client_ip: str
    address_key: str | None
    user_agent: str | None
    device_model: str | None
    os_version: str | None
    locale: str | None
    install_referrer: str | None = None
    given_click_id: str | None = None
    advertising_id: str | None = None
    test_reason: TestReason | None = None
    body: str = "{}"

    @property
    def country(self) -> str | None:
        """The region of the device's locale as ISO 3166 code; None when it tells none."""
        parts = (self.locale or "").split("-")
        last = parts[-1]
        return last.upper() if len(parts) > 1 and len(last) == 2 and last.isalpha() else None


def installed_at(
    claimed_at: datetime | None, received_at: datetime, began_at: datetime | None = None
) -> datetime:
    """When the install happened: the device's time, as far as other clocks can bear it out.

    Devices' clocks can be ahead; a registration can also be late by minutes or days, so the
    arrival alone would be wrong (SDK wire protocol §2) and is the upper bound. A time that no
    device can mean becomes the arrival too. Nobody opens an app before its installation began, so
    Play's time is the lower bound.

    Args:
        claimed_at: The first open by the device's clock; None when it told none.
        received_at: The registration's arrival by our clock.
        began_at: When Play says that the installation began; None when it does not, and not
            believed when it is later than the arrival.
    """
    if claimed_at is None or claimed_at < EARLIEST_BELIEVED_AT:
        return received_at
    if began_at is not None and began_at <= received_at:
        claimed_at = max(claimed_at, began_at)
    return min(claimed_at, received_at)


# A device's clock may lag ours by this much before a click counts as later than the install.
CLOCK_SKEW_ALLOWANCE = timedelta(seconds=60)
