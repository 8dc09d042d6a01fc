"""One kept-alive HTTP connection: the player's way to the server and to the sandbox."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn
from urllib.parse import urlsplit

_TIMEOUT_SECONDS = 30.0
_FIRST_ERROR = 400
_SHOWN = 300


class DemoFailed(Exception):
    """The demonstration cannot go on, or showed something wrong; the message says what."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Wire:
    """Sends requests one after another to one server.

    Args:
        base_url: Scheme, host and port.
        headers: Sent with every request, unless the request has its own.
    """

    def __init__(self, base_url: str, headers: Mapping[str, str] | None = None) -> None:
        parts = urlsplit(base_url)
        self._connection = http.client.HTTPConnection(
            parts.hostname or "", parts.port, timeout=_TIMEOUT_SECONDS
        )
        self._headers = dict(headers or {})

    def send(
        self,
        method: str,
        target: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: object = None,
    ) -> Reply:
        """One request; ``body`` travels as JSON.

        Raises:
            DemoFailed: No answer came.
        """
        sent = {**self._headers, **(headers or {})}
        content = None
        if body is not None:
            content = json.dumps(body, ensure_ascii=False).encode()
            sent["Content-Type"] = "application/json"
        try:
            self._connection.request(method, target, body=content, headers=sent)
            answer = self._connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException) as exc:
            raise DemoFailed(f"no answer to {method} {_shown(target)}: {exc}") from exc
        received = {name.lower(): value for name, value in answer.getheaders()}
        return Reply(answer.status, received, text)

    def ask(self, method: str, target: str, body: object = None) -> Any:
        """One request that must succeed, and the JSON of its answer.

        Raises:
            DemoFailed: No answer came, or it is an error.
        """
        reply = self.send(method, target, body=body)
        if reply.status >= _FIRST_ERROR:
            fail(method, target, reply)
        return reply.json()

    def close(self) -> None:
        self._connection.close()


def fail(method: str, target: str, reply: Reply) -> NoReturn:
    """Raise for an answer that should not have come."""
    said = reply.body.decode(errors="replace")[:_SHOWN]
    raise DemoFailed(f"{method} {_shown(target)} was answered with {reply.status}: {said}")


def _shown(target: str) -> str:
    return target.partition("?")[0]
