"""Reads an install body (SDK wire protocol §2): bounded, tolerant, unknown fields left out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from appsprint.domain.address import address_key
from appsprint.domain.app import ApiKey, App, Environment
from appsprint.domain.click import normal_advertising_id
from appsprint.domain.ids import IdPrefix, InstallId
from appsprint.domain.install import Dialect, Install, TestReason, installed_at
from appsprint.errors import InvalidInput
from appsprint.ports.clock import IdSource
from appsprint.services.late_facts import LateFacts

MAX_ID_LENGTH = 128
MAX_TEXT_LENGTH = 256
MAX_USER_AGENT_LENGTH = 1024
MAX_REFERRER_LENGTH = 4096
MAX_TOKEN_LENGTH = 4096
MAX_LIST_ITEMS = 20

_TEXTS = (
    "deviceModel",
    "osVersion",
    "appVersion",
    "locale",
    "timezone",
    "installTimestamp",
    "sdkPlatform",
    "sdkVersion",
    "batteryState",
    "batteryLevelBucket",
    "deviceManufacturer",
    "deviceBrand",
    "deviceProduct",
    "deviceHardware",
    "gpuVendor",
    "gpuRenderer",
    "connectionType",
    "networkType",
    "colorScheme",
    "carrierName",
    "carrierCountryCode",
    "mobileCountryCode",
    "mobileNetworkCode",
    "attStatus",
    "idfv",
    "installType",
    "referrerClickTimestamp",
    "referrerInstallBeginTimestamp",
)
_NUMBERS = (
    "screenWidth",
    "screenHeight",
    "nativeScreenWidth",
    "nativeScreenHeight",
    "screenScale",
    "hardwareConcurrency",
    "processorCount",
    "maxTouchPoints",
    "memoryGb",
    "timezoneOffsetMinutes",
)
_FLAGS = ("lowPowerMode", "isSandbox", "isVPN")
# Of Apple's statuses those by which a person, or who manages the device, has said no.
_REFUSALS = ("denied", "restricted")
_CONSENTS = ("GRANTED", "DENIED", "UNSPECIFIED")
Body = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What the server knows of a request besides its body."""

    app: App
    key: ApiKey
    client_ip: str
    received_at: datetime


def read_id(body: Body) -> tuple[str, Dialect]:
    """The device-made id of an install and the dialect that named it.

    Raises:
        InvalidInput: Neither ``appsprintId`` nor ``postbackId`` holds 1 to 128 printable
            characters.
    """
    dialect = Dialect.POSTBACK if "postbackId" in body else Dialect.APPSPRINT
    name = "postbackId" if dialect is Dialect.POSTBACK else "appsprintId"
    value = body.get(name)
    if not is_id(value):
        raise InvalidInput("must be 1 to 128 printable characters", field=name)
    return str(value), dialect


def is_id(value: object) -> bool:
    """Whether a value can be an id made on a device: 1 to 128 printable characters."""
    return isinstance(value, str) and 0 < len(value) <= MAX_ID_LENGTH and value.isprintable()


def read_install(body: Body, arrival: Arrival, ids: IdSource) -> Install:
    """The install that a body describes.

    Only the id must be right. Anything else that cannot be used is left out: a phone with an
    odd value must not lose its install.

    Raises:
        InvalidInput: See ``read_id``.
    """
    appsprint_id, dialect = read_id(body)
    test_reason = _test_reason(body, arrival.key)
    return Install(
        id=InstallId(ids.new(IdPrefix.INSTALL)),
        app_id=arrival.app.id,
        appsprint_id=appsprint_id,
        dialect=dialect,
        environment=Environment.TEST if test_reason else Environment.LIVE,
        test_reason=test_reason,
        platform=arrival.app.platform,
        installed_at=installed_at(
            _instant(body.get("installTimestamp")),
            arrival.received_at,
            _instant(body.get("referrerInstallBeginTimestamp")),
        ),
        received_at=arrival.received_at,
        client_ip=arrival.client_ip,
        address_key=address_key(arrival.client_ip),
        user_agent=_text(body, "sdkWebViewUserAgent", MAX_USER_AGENT_LENGTH),
        device_model=_text(body, "deviceModel"),
        os_version=_text(body, "osVersion"),
        locale=_locale(_text(body, "locale")),
        install_referrer=_text(body, "installReferrer", MAX_REFERRER_LENGTH),
        given_click_id=_text(body, "clickId", MAX_ID_LENGTH),
        advertising_id=normal_advertising_id(_text(body, "gaid") or _idfa(body)),
        body=json.dumps(known_fields(body), ensure_ascii=False),
    )


def _test_reason(body: Body, key: ApiKey) -> TestReason | None:
    if key.environment is Environment.TEST:
        return TestReason.API_KEY
    return TestReason.SANDBOX if body.get("isSandbox") is True else None


def read_late_facts(body: Body) -> LateFacts:
    """What an install body tells that other calls can tell later too."""
    return LateFacts(
        idfa=_idfa(body),
        refuses_tracking=body.get("attStatus") in _REFUSALS,
        ad_user_data=_ad_user_data(body),
        adservices_token=_text(body, "adServicesToken", MAX_TOKEN_LENGTH),
    )


def allows_tracking(body: Body) -> bool:
    """Whether an advertising id may be kept: Apple's status is ``authorized``, or not told."""
    return body.get("attStatus") in (None, "authorized")


def _idfa(body: Body) -> str | None:
    """The advertising id, if the person allowed tracking or nothing is said of it."""
    return _text(body, "idfa") if allows_tracking(body) else None


def known_fields(body: Body) -> dict[str, object]:
    """The protocol's fields, bounded, without ids and referrers that have columns of their own."""
    kept: dict[str, object] = {
        name: text for name in _TEXTS if (text := _text(body, name)) is not None
    }
    for name in _NUMBERS:
        value = body.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e12:
            kept[name] = value
    kept |= {name: body[name] for name in _FLAGS if isinstance(body.get(name), bool)}
    languages = body.get("preferredLanguages")
    if isinstance(languages, list):
        texts = [item[:MAX_TEXT_LENGTH] for item in languages if isinstance(item, str)]
        kept["preferredLanguages"] = texts[:MAX_LIST_ITEMS]
    if (consent := _ad_user_data(body)) is not None:
        kept["googleAdsConsent"] = {"adUserData": consent}
    return kept


def _ad_user_data(body: Body) -> str | None:
    """The person's word on data for ads; None when there is none that can be read."""
    told = body.get("googleAdsConsent")
    word = told.get("adUserData") if isinstance(told, dict) else None
    return word if isinstance(word, str) and word in _CONSENTS else None


def _text(body: Body, name: str, longest: int = MAX_TEXT_LENGTH) -> str | None:
    """A text field cut to its bound; None when absent, not a text, empty or ``unknown``."""
    value = body.get(name)
    if not isinstance(value, str) or not value or value == "unknown":
        return None
    return value[:longest]


def _locale(value: str | None) -> str | None:
    """BCP 47 form: iOS sends ``en_US``, sometimes with ``@calendar=…`` behind it."""
    if value is None:
        return None
    return value.partition("@")[0].replace("_", "-")


def _instant(value: object) -> datetime | None:
    """An ISO 8601 instant in UTC; None when it is not one. Without a zone it counts as UTC."""
    if not isinstance(value, str) or len(value) > 64:
        return None
    try:
        found = datetime.fromisoformat(value)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
