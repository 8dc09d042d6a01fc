"""HTTP to TikTok's Business API: one call out, one answer back, nothing decided.

Facts (developer portal, "Conventions", v1.3): every path ends in a slash, the token travels in
the header ``Access-Token``, business errors come as HTTP 200 with ``code`` other than 0, and what
is not JSON comes from the gateway in front.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import httpx
import msgspec

from appsprint import __version__
from appsprint.domain.delivery import NetworkAnswer

API_PATH = "/open_api/v1.3/"
# A page of 1,000 ads is about a megabyte; whatever is much longer is not TikTok's.
MAX_ANSWER_BYTES = 16 * 1024 * 1024
MAX_MESSAGE_LENGTH = 500
_MAX_CONNECTIONS = 32
_HEADER_VALUE = re.compile(r"[\x21-\x7e]+")
_LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


class TransportFailure(StrEnum):
    """Why a call brought no answer.

    ``NOT_SENT``: TikTok cannot have seen it. ``NO_ANSWER``: it may have arrived all the same.
    ``UNSENDABLE_TOKEN``: the token has characters that no header can carry.
    """

    NOT_SENT = "not_sent"
    NO_ANSWER = "no_answer"
    UNSENDABLE_TOKEN = "unsendable_token"


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """How one call ended.

    Attributes:
        answer: ``code`` is None when the body was not TikTok's envelope.
        failure: None when an answer came, whatever it was.
        data: TikTok's ``data`` as JSON text; an empty object when there was none.
    """

    answer: NetworkAnswer
    failure: TransportFailure | None = None
    data: bytes = b"{}"


class _Envelope(msgspec.Struct):
    code: int
    message: str | None = None
    request_id: str | None = None
    data: msgspec.Raw = msgspec.Raw(b"{}")


class _AnswerUnreadable(Exception):
    """The answer did not end within its bounds."""


_envelope_decoder = msgspec.json.Decoder(_Envelope)
_NEVER_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
    httpx.InvalidURL,
)
_MAYBE_SENT = (httpx.RequestError, _AnswerUnreadable)


class TikTokTransport:
    """A pool of kept-alive connections to the Business API; safe to share between threads."""

    def __init__(self, *, api_url: str, timeout_seconds: float, secret: str = "") -> None:
        self._timeout_seconds = timeout_seconds
        self._secret = secret
        self._client = httpx.Client(
            base_url=api_url.rstrip("/") + API_PATH,
            timeout=timeout_seconds,
            limits=httpx.Limits(
                max_connections=_MAX_CONNECTIONS, max_keepalive_connections=_MAX_CONNECTIONS
            ),
            headers={"Accept": "application/json", "User-Agent": f"appsprint/{__version__}"},
            follow_redirects=False,
            # A company's proxy is for the way out, not for a sandbox on this machine.
            trust_env=httpx.URL(api_url).host not in _LOOPBACK_HOSTS,
        )
        _keep_secrets_out_of_client_logs()

    def get(self, path: str, params: Mapping[str, str], *, access_token: str) -> Response:
        return self._call("GET", path, access_token=access_token, params=params)

    def post(self, path: str, body: bytes, *, access_token: str | None = None) -> Response:
        return self._call("POST", path, access_token=access_token, body=body)

    def close(self) -> None:
        self._client.close()

    def _call(
        self,
        method: str,
        path: str,
        *,
        access_token: str | None,
        params: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Response:
        if access_token is not None and _HEADER_VALUE.fullmatch(access_token) is None:
            return _failed(TransportFailure.UNSENDABLE_TOKEN, "the access token is malformed", 0)
        headers = {} if access_token is None else {"Access-Token": access_token}
        if body is not None:
            headers["Content-Type"] = "application/json"
        started = time.perf_counter()
        try:
            with self._client.stream(
                method, path, params=params, content=body, headers=headers
            ) as answer:
                text = self._read(answer, deadline=started + 2 * self._timeout_seconds)
        except _NEVER_SENT as error:
            return _failed(TransportFailure.NOT_SENT, _words(error), _since(started))
        except _MAYBE_SENT as error:
            return _failed(TransportFailure.NO_ANSWER, _words(error), _since(started))
        secrets = tuple(filter(None, (access_token, self._secret)))
        return _understood(answer, text, duration_ms=_since(started), secrets=secrets)

    def _read(self, answer: httpx.Response, *, deadline: float) -> bytes:
        """The whole body; httpx limits each wait for bytes, this limits their sum."""
        body = bytearray()
        for chunk in answer.iter_bytes():
            body += chunk
            if len(body) > MAX_ANSWER_BYTES:
                raise _AnswerUnreadable(f"the answer is longer than {MAX_ANSWER_BYTES} bytes")
            if time.perf_counter() > deadline:
                raise _AnswerUnreadable("the answer did not end in time")
        return bytes(body)


def _understood(
    answer: httpx.Response, body: bytes, *, duration_ms: int, secrets: Sequence[str]
) -> Response:
    try:
        envelope = _envelope_decoder.decode(body)
    except (ValueError, RecursionError):
        return Response(answer=_foreign(answer, duration_ms))
    return Response(
        answer=NetworkAnswer(
            http_status=answer.status_code,
            code=envelope.code,
            message=_without(secrets, envelope.message or "")[:MAX_MESSAGE_LENGTH],
            request_id=envelope.request_id,
            duration_ms=duration_ms,
        ),
        data=bytes(envelope.data),
    )


def _without(secrets: Sequence[str], message: str) -> str:
    """TikTok's words without what we sent it in confidence: they are shown and logged."""
    for secret in secrets:
        message = message.replace(secret, "…")
    return message


def _foreign(answer: httpx.Response, duration_ms: int) -> NetworkAnswer:
    """An answer that is not TikTok's: its body is not shown, it can be anybody's page."""
    kind = answer.headers.get("content-type", "no content type")[:100]
    return NetworkAnswer(
        http_status=answer.status_code,
        code=None,
        message=f"HTTP {answer.status_code} and no answer of TikTok's API ({kind})",
        request_id=answer.headers.get("x-tt-logid"),
        duration_ms=duration_ms,
    )


def _failed(failure: TransportFailure, message: str, duration_ms: int) -> Response:
    answer = NetworkAnswer(
        http_status=None, code=None, message=message, request_id=None, duration_ms=duration_ms
    )
    return Response(answer=answer, failure=failure)


def _words(error: Exception) -> str:
    """What failed, by its class: the texts of httpx errors are often empty or name an address."""
    if isinstance(error, _AnswerUnreadable):
        return str(error)
    return _FAILURES.get(type(error), "the connection broke before an answer came")


_FAILURES: Mapping[type[Exception], str] = {
    httpx.ConnectError: "no connection to TikTok (refused, unknown host or failed TLS)",
    httpx.ConnectTimeout: "no connection to TikTok in time",
    httpx.PoolTimeout: "all connections to TikTok were busy",
    httpx.ProxyError: "the proxy gave no connection to TikTok",
    httpx.UnsupportedProtocol: "the API's address is not an http or https address",
    httpx.LocalProtocolError: "the request cannot be put into HTTP",
    httpx.InvalidURL: "the API's address is not valid",
    httpx.ReadTimeout: "no answer in time",
    httpx.WriteTimeout: "the request could not be sent in time",
}


def _since(started: float) -> int:
    return round((time.perf_counter() - started) * 1000)


def _keep_secrets_out_of_client_logs() -> None:
    # TikTok takes the developer app's secret in a query, and httpx logs whole addresses at
    # INFO, its transport logs headers at DEBUG.
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
