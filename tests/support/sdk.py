"""The SDKs as a server meets them: the exact bodies of the wire protocol, and a client."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from tests.support.builders import PIXEL_8
from tests.support.server import LiveServer

Body = dict[str, Any]

DALVIK = "Dalvik/2.1.0 (Linux; U; Android 14; Pixel 8 Build/UD1A.230803.041)"
CFNETWORK = "Example/42 CFNetwork/1496.0.7 Darwin/23.5.0"
IPHONE_WEB_VIEW = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Mobile/15E148"
)


def android_install(**changes: Any) -> Body:
    """An install as Android 1.1.4 sends it, with every field that it has."""
    body = {
        "appsprintId": str(uuid.uuid4()),
        "deviceModel": "Pixel 8",
        "osVersion": "14",
        "appVersion": "1.4.2",
        "locale": "en-US",
        "timezone": "America/New_York",
        "installTimestamp": "2026-03-10T12:00:00.123Z",
        "sdkPlatform": "android",
        "sdkVersion": "1.1.4",
        "sdkWebViewUserAgent": PIXEL_8,
        "screenWidth": 1080,
        "screenHeight": 2400,
        "nativeScreenWidth": 1080,
        "nativeScreenHeight": 2400,
        "screenScale": 2.625,
        "hardwareConcurrency": 9,
        "processorCount": 9,
        "maxTouchPoints": 5,
        "memoryGb": 8,
        "lowPowerMode": False,
        "batteryState": "unplugged",
        "batteryLevelBucket": "70-79",
        "preferredLanguages": ["en-US", "es-US"],
        "timezoneOffsetMinutes": -300,
        "deviceManufacturer": "Google",
        "deviceBrand": "google",
        "deviceProduct": "shiba",
        "deviceHardware": "shiba",
        "gpuVendor": "ARM",
        "gpuRenderer": "Mali-G715",
        "connectionType": "cellular",
        "networkType": "5g",
        "colorScheme": "dark",
        "carrierName": "Example Mobile",
        "carrierCountryCode": "us",
        "mobileCountryCode": "310",
        "mobileNetworkCode": "260",
        "googleAdsConsent": {"adUserData": "GRANTED"},
        "gaid": str(uuid.uuid4()),
        "installReferrer": "utm_source=google-play&utm_medium=organic",
        "referrerClickTimestamp": "2026-03-10T11:58:00.000Z",
        "referrerInstallBeginTimestamp": "2026-03-10T11:58:30.000Z",
    }
    return {**body, **changes}


def ios_install(**changes: Any) -> Body:
    """An install as iOS 1.1.10 sends it, with every field that it has."""
    body = {
        "appsprintId": str(uuid.uuid4()).upper(),
        "deviceModel": "iPhone15,4",
        "osVersion": "18.5",
        "appVersion": "1.4.2",
        "locale": "en_US",
        "timezone": "America/New_York",
        "installTimestamp": "2026-03-10T12:00:00Z",
        "sdkPlatform": "ios",
        "sdkVersion": "1.1.10",
        "sdkWebViewUserAgent": IPHONE_WEB_VIEW,
        "screenWidth": 1179,
        "screenHeight": 2556,
        "nativeScreenWidth": 1179,
        "nativeScreenHeight": 2556,
        "screenScale": 3,
        "hardwareConcurrency": 6,
        "processorCount": 6,
        "maxTouchPoints": 5,
        "memoryGb": 6,
        "lowPowerMode": True,
        "batteryState": "charging",
        "batteryLevelBucket": "90-99",
        "preferredLanguages": ["en-US"],
        "timezoneOffsetMinutes": -240,
        "connectionType": "wifi",
        "colorScheme": "light",
        "idfv": str(uuid.uuid4()).upper(),
        "attStatus": "not_determined",
        "adServicesToken": "c29tZS10b2tlbg==",
    }
    return {**body, **changes}


def make_event(appsprint_id: str, **changes: Any) -> Body:
    """A purchase as both SDKs send it."""
    event = {
        "appsprintId": appsprint_id,
        "eventId": str(uuid.uuid4()),
        "eventType": "purchase",
        "revenue": 9.99,
        "currency": "USD",
        "timestamp": 1_773_144_000_000,
        "googleAdsConsent": {"adUserData": "GRANTED"},
        "parameters": {"product_id": "gold_1", "level": 12, "is_first": True},
    }
    return {**event, **changes}


class Sdk:
    """One device's SDK.

    Every answer is checked for what holds for all of them: a JSON object without null, kept by
    no cache, and no redirect.

    Args:
        address: Where the device's requests come from, as our own proxy tells it.
    """

    def __init__(
        self, server: LiveServer, key: str, *, address: str = "203.0.113.7", agent: str = DALVIK
    ) -> None:
        self._http = server.http
        self.headers = {"X-API-Key": key, "X-Forwarded-For": address, "User-Agent": agent}

    def install(self, body: Mapping[str, Any], *, path: str = "/v1/sdk/install") -> httpx.Response:
        """Request 1."""
        return self.post(path, body)

    def attribution(self, appsprint_id: str) -> httpx.Response:
        """Request 2."""
        return self.call("GET", f"/v1/sdk/attribution/{appsprint_id}")

    def batch(self, *events: Mapping[str, Any]) -> httpx.Response:
        """Request 3."""
        return self.post("/v1/sdk/events/batch", {"events": events})

    def event(self, event: Mapping[str, Any], *, path: str = "/v1/sdk/event") -> httpx.Response:
        """Request 4."""
        return self.post(path, event)

    def customer(self, appsprint_id: str, value: object) -> httpx.Response:
        """Request 5."""
        body = {"appsprintId": appsprint_id, "customerUserId": value}
        return self.post("/v1/sdk/customer-user-id", body)

    def idfa(self, appsprint_id: str, value: object, status: str = "authorized") -> httpx.Response:
        """Request 6."""
        body = {"appsprintId": appsprint_id, "idfa": value, "attStatus": status}
        return self.call("PATCH", "/v1/sdk/install/idfa", json.dumps(body).encode())

    def apple_token(self, appsprint_id: str, value: object) -> httpx.Response:
        """Request 7."""
        body = {"appsprintId": appsprint_id, "adServicesToken": value}
        return self.call("PATCH", "/v1/sdk/install/ad-services-token", json.dumps(body).encode())

    def post(self, path: str, body: Mapping[str, Any]) -> httpx.Response:
        """Post a JSON body."""
        return self.call("POST", path, json.dumps(body).encode())

    def call(self, method: str, path: str, content: bytes | None = None) -> httpx.Response:
        """Any call."""
        headers = {**self.headers, "Content-Type": "application/json; charset=utf-8"}
        return checked(self._http.request(method, path, content=content, headers=headers))


def checked(response: httpx.Response) -> httpx.Response:
    """The response, if it keeps what the protocol says of every answer."""
    assert not 300 <= response.status_code < 400
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["content-type"] == "application/json"
    answer = response.json()
    assert isinstance(answer, dict)
    assert not has_null(answer)
    if response.status_code >= 400:
        assert set(answer) == {"error", "message"}
    return response


def has_null(value: object) -> bool:
    """Whether there is a null anywhere inside."""
    if isinstance(value, dict):
        return any(map(has_null, value.values()))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return any(map(has_null, value))
    return value is None
