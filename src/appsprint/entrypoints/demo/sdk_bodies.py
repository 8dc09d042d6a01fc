"""What the SDKs put on the wire, field by field as the protocol says (SDK wire protocol §2–§5)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from appsprint.domain.app import Platform
from appsprint.entrypoints.demo.people import (
    AppEvent,
    AppInstall,
    BrokenEvent,
    Dialect,
    Person,
    Referrer,
)

Body = dict[str, object]

# What Android's own emulator says of itself.
_EMULATED: Body = {
    "deviceHardware": "ranchu",
    "deviceProduct": "sdk_gphone64_x86_64",
    "gpuRenderer": "Android Emulator OpenGL ES Translator (Google SwiftShader)",
}

APP_VERSION = "3.2.1"
_SDK_VERSIONS = {Platform.IOS: "1.1.10", Platform.ANDROID: "1.1.4"}
_LATER_SDK_VERSION = "2.0.3"
_OLDEST_SDK_VERSION = "0.2.6"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# What Play says when it lost the link, and when the person found the app in its search.
_OTHER_REFERRERS = {
    Referrer.LOST: "utm_source=(not%20set)&utm_medium=(not%20set)",
    Referrer.SEARCH: "utm_source=google-play&utm_medium=organic",
}


def install_body(person: Person, install: AppInstall) -> Body:
    """The body of ``POST /v1/sdk/install``, without Play's referrer where that names a click."""
    phone, place = person.phone, person.place
    is_ios = person.platform is Platform.IOS
    width, height = phone.pixels
    body: Body = {
        id_field(person): install.appsprint_id,
        "deviceModel": phone.model,
        "osVersion": phone.os_version,
        "appVersion": APP_VERSION,
        "locale": place.language.replace("-", "_") if is_ios else place.language,
        "timezone": place.time_zone,
        "installTimestamp": _instant(install.opened_at, person.platform),
        "sdkPlatform": person.platform.value,
        "sdkVersion": _sdk_version(person),
        "sdkWebViewUserAgent": phone.web_view(),
        "screenWidth": width,
        "screenHeight": height,
        "nativeScreenWidth": width,
        "nativeScreenHeight": height,
        "screenScale": phone.scale,
        "hardwareConcurrency": phone.cores,
        "processorCount": phone.cores,
        "maxTouchPoints": 5,
        "memoryGb": phone.memory_gb,
        "lowPowerMode": False,
        "preferredLanguages": [place.language, "en-US"],
        "timezoneOffsetMinutes": _offset_minutes(place.time_zone, install.opened_at, is_ios),
        "connectionType": "wifi",
        "networkType": "wifi",
        "colorScheme": "light",
    }
    return body | (_ios_fields(install) if is_ios else _android_fields(person, install))


def event_body(person: Person, install: AppInstall, event: AppEvent) -> Body:
    """One event of a batch; what the app did not give is left out."""
    body: Body = {
        id_field(person): install.appsprint_id,
        "eventId": event.event_id,
        "eventType": event.event_type,
        "timestamp": unix_ms(event.device_at),
    }
    optional = {
        "eventName": event.event_name,
        "revenue": None if event.revenue is None else _number(event.revenue),
        "currency": event.currency,
        "parameters": event.parameters,
    }
    body |= {name: value for name, value in optional.items() if value is not None}
    if person.dialect is Dialect.LATER:
        body |= {"sdkVersion": _LATER_SDK_VERSION, "isSandbox": False}
    return body


def broken_body(person: Person, install: AppInstall, broken: BrokenEvent) -> Body:
    """An event that no server should store."""
    return event_body(person, install, broken.event) | dict(broken.spoilt)


def id_field(person: Person) -> str:
    """What the dialect calls the id of the install."""
    return "postbackId" if person.dialect is Dialect.LATER else "appsprintId"


def sdk_headers(person: Person, address: str) -> Mapping[str, str]:
    """The headers of every SDK request, but for the API key; our proxy adds the address."""
    encoding = "gzip" if person.platform is Platform.ANDROID else "gzip, deflate"
    return {
        "User-Agent": person.phone.http_stack(),
        "Accept-Encoding": encoding,
        "X-Forwarded-For": address,
    }


def unix_ms(instant: datetime) -> int:
    """Unix milliseconds, exactly."""
    return (instant - _EPOCH) // timedelta(milliseconds=1)


def _sdk_version(person: Person) -> str:
    if person.dialect is Dialect.CURRENT:
        return _SDK_VERSIONS[person.platform]
    return _LATER_SDK_VERSION if person.dialect is Dialect.LATER else _OLDEST_SDK_VERSION


def _ios_fields(install: AppInstall) -> Body:
    return {"idfv": install.vendor_id, "attStatus": "not_determined"}


def _android_fields(person: Person, install: AppInstall) -> Body:
    phone = person.phone
    fields: Body = {
        "deviceManufacturer": phone.maker,
        "deviceBrand": phone.maker.lower(),
        "carrierCountryCode": person.place.country.lower(),
        "googleAdsConsent": {"adUserData": "GRANTED" if install.advertising_id else "DENIED"},
    }
    if install.advertising_id is not None:
        fields["gaid"] = install.advertising_id
    if person.is_emulated:
        fields |= _EMULATED
    if person.dialect is Dialect.LATER:
        fields |= {"installType": "fresh_install", "isSandbox": False, "isVPN": False}
    return fields | _play_fields(person, install)


def _play_fields(person: Person, install: AppInstall) -> Body:
    """What Play tells; which click it was is known only once the server has redirected it."""
    begun_at = _instant(install.opened_at - timedelta(seconds=40), Platform.IOS)
    if install.referrer is Referrer.CLICK:
        clicked_at = _instant(person.clicks[-1].at, Platform.IOS)
        return {"referrerClickTimestamp": clicked_at, "referrerInstallBeginTimestamp": begun_at}
    referrer = _OTHER_REFERRERS[install.referrer]
    return {"installReferrer": referrer, "referrerInstallBeginTimestamp": begun_at}


def _instant(instant: datetime, platform: Platform) -> str:
    """ISO 8601 in UTC: with milliseconds on Android, without a fraction on iOS."""
    precision = "milliseconds" if platform is Platform.ANDROID else "seconds"
    return instant.astimezone(UTC).isoformat(timespec=precision).replace("+00:00", "Z")


def _offset_minutes(time_zone: str, at: datetime, is_ios: bool) -> int:
    """East positive; Android leaves daylight saving out."""
    local = at.astimezone(ZoneInfo(time_zone))
    offset, saving = local.utcoffset() or timedelta(0), local.dst() or timedelta(0)
    return (offset if is_ios else offset - saving) // timedelta(minutes=1)


def _number(amount: Decimal) -> int | float:
    """Whole numbers travel as integers."""
    return int(amount) if amount == amount.to_integral_value() else float(amount)
