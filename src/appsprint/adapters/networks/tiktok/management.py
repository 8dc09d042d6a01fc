"""TikTok's calls other than sending events: typed data, or an error of ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import msgspec

from appsprint.adapters.networks.tiktok.errors import error_of, is_success
from appsprint.adapters.networks.tiktok.transport import Response, TikTokTransport
from appsprint.errors import AdNetworkUnavailable

T = TypeVar("T")


class ManagementApi:
    """Calls that raise: ``AdNetworkRefused``, ``ConnectionRevoked`` or ``AdNetworkUnavailable``."""

    def __init__(self, transport: TikTokTransport) -> None:
        self._transport = transport

    def get(self, path: str, params: Mapping[str, object], *, access_token: str, of: type[T]) -> T:
        """Arrays and objects among ``params`` travel as JSON text, as TikTok wants them."""
        texts = {name: _parameter_text(value) for name, value in params.items()}
        return _data(self._transport.get(path, texts, access_token=access_token), of)

    def post(
        self, path: str, body: Mapping[str, object], *, of: type[T], access_token: str | None = None
    ) -> T:
        sent = msgspec.json.encode(body)
        return _data(self._transport.post(path, sent, access_token=access_token), of)


def _parameter_text(value: object) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _data(response: Response, of: type[T]) -> T:
    if not is_success(response):
        raise error_of(response)
    try:
        return msgspec.json.decode(response.data, type=of)
    except (ValueError, RecursionError) as error:
        raise AdNetworkUnavailable(
            f"TikTok's answer {response.answer.request_id} is not in the documented form: {error}"
        ) from error
