"""Requests for the hot routes, made before the clock starts so that making them costs nothing."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator

_USER_AGENTS = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8 Build/UQ1A.240105.004; wv) AppleWebKit/537.36 "
    "(KHTML, like Gecko) Version/4.0 Chrome/121.0.6167.143 Mobile Safari/537.36 "
    "musical_ly_2023303040 JsSdk/1.0 NetType/WIFI Channel/googleplay AppName/musical_ly "
    "app_version/33.3.4 ByteLocale/en ByteFullLocale/en Region/US BytedanceWebview/d8a21c6",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) Mobile/15E148 musical_ly_39.1.0 JsSdk/2.0 NetType/WIFI Channel/App Store "
    "ByteLocale/pt-BR Region/BR RevealType/DIALOG isDarkMode/0 WKWebView/1 "
    "BytedanceWebview/d8a21c6",
)
_BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_EVENT_TYPES = ("session_start", "view_item", "add_to_cart", "purchase")


def clicks(path: str, rng: random.Random) -> Iterator[bytes]:
    """Requests to an ad link, each from another address with another ``ttclid`` of 300 characters.

    Args:
        path: The ad link's path and query as TikTok would visit it, without ``ttclid``.
        rng: The same seed gives the same requests.
    """
    while True:
        ttclid = "E_C_P_" + "".join(rng.choices(_BASE64URL, k=294))
        address = f"{rng.randint(11, 99)}.{rng.randint(0, 255)}.{rng.randint(0, 255)}.7"
        yield (
            f"GET {path}&ttclid={ttclid} HTTP/1.1\r\nHost: track.example.com\r\n"
            f"User-Agent: {rng.choice(_USER_AGENTS)}\r\nAccept: text/html\r\n"
            "Accept-Language: en-US,en;q=0.9\r\nReferer: https://www.tiktok.com/\r\n"
            f"X-Forwarded-For: {address}\r\n\r\n"
        ).encode()


def batches(
    api_key: str, installs: list[str], now_ms: int, rng: random.Random, *, size: int
) -> Iterator[bytes]:
    """Event batches of one install each; every event id is a random UUID, as SDKs send them."""
    while True:
        install = rng.choice(installs)
        events = [_event(install, now_ms, rng) for _ in range(size)]
        body = json.dumps({"events": events}, separators=(",", ":")).encode()
        head = (
            f"POST /v1/sdk/events/batch HTTP/1.1\r\nHost: track.example.com\r\n"
            f"X-API-Key: {api_key}\r\nContent-Type: application/json\r\n"
            f"X-Forwarded-For: 203.0.113.9\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        yield head.encode() + body


def _event(install: str, now_ms: int, rng: random.Random) -> dict[str, object]:
    bits = f"{rng.getrandbits(128):032x}"
    event_id = f"{bits[:8]}-{bits[8:12]}-{bits[12:16]}-{bits[16:20]}-{bits[20:]}"
    event_type = rng.choice(_EVENT_TYPES)
    event: dict[str, object] = {
        "appsprintId": install,
        "eventId": event_id,
        "eventType": event_type,
        "timestamp": now_ms - rng.randint(0, 3_600_000),
        "parameters": {"item_id": f"sku-{rng.randint(1, 500)}", "quantity": 1},
    }
    if event_type == "purchase":
        event |= {"revenue": rng.randint(99, 9999) / 100, "currency": "EUR"}
    return event
