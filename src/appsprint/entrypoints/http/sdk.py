"""The SDK routes: statuses exactly as the wire protocol's §3 says.

A 401 switches a shipped app's SDK off for good, so it is given to a key that is truly unknown or
was ended that way, and never because something of ours is missing, slow or full.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

import msgspec
import structlog

from appsprint.config import Network
from appsprint.domain.address import client_address, truncated
from appsprint.domain.app import App, RevokeMode
from appsprint.domain.click import normal_advertising_id
from appsprint.entrypoints.http.asgi import Receive, Scope, Send, header_map, read_body, send_json
from appsprint.entrypoints.http.loop_sink import LoopSink, write, write_item
from appsprint.entrypoints.http.sdk_answers import (
    discarded_install_answer,
    events_answer,
    install_answer,
)
from appsprint.entrypoints.http.sdk_events import EventsArrival, read_events, split_batch
from appsprint.entrypoints.http.sdk_install import (
    MAX_TOKEN_LENGTH,
    Arrival,
    allows_tracking,
    is_id,
    read_id,
    read_install,
    read_late_facts,
)
from appsprint.entrypoints.http.sdk_json import read_json
from appsprint.errors import (
    AppsprintError,
    InstallNotFound,
    InvalidInput,
    MalformedRequest,
    NotAuthenticated,
    TooLarge,
    Unavailable,
)
from appsprint.observability import EVENTS, SDK_ANSWERS
from appsprint.ports.clock import Clock, IdSource
from appsprint.ports.store import Store
from appsprint.services.directory import Directory, KeyHolder
from appsprint.services.events import EventIntake, EventOutcome, EventStatus
from appsprint.services.installs import InstallIntake

log = structlog.get_logger()

MAX_CUSTOMER_ID_LENGTH = 255
_OBJECT = msgspec.json.Decoder(dict[str, object])
_UNREAD = msgspec.json.Decoder(msgspec.Raw)
_ATTRIBUTION_PATH = re.compile(r"/v1/sdk/attribution/(.+)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class SdkRequest:
    """One authenticated request, read.

    Attributes:
        app: None for a key whose data is discarded.
        path_id: The id in the path of an attribution request.
    """

    holder: KeyHolder
    app: App | None
    client_ip: str
    body: bytes
    path_id: str | None


Answer = tuple[int, Mapping[str, object]]
Handler = Callable[[SdkRequest], Awaitable[Answer]]


class SdkRoutes:
    """The ASGI handler of everything under ``/v1/``."""

    def __init__(
        self,
        *,
        store: Store,
        sink: LoopSink,
        directory: Directory,
        installs: InstallIntake,
        events: EventIntake,
        clock: Clock,
        ids: IdSource,
        trusted_proxies: Sequence[Network],
    ) -> None:
        self._store = store
        self._sink = sink
        self._directory = directory
        self._installs = installs
        self._events = events
        self._clock = clock
        self._ids = ids
        self._trusted_proxies = trusted_proxies
        self._routes = self._route_table()

    def _route_table(self) -> Mapping[str, Mapping[str, Handler]]:
        """Path to method to handler; the oldest dialect's paths lead to the same handlers."""
        return {
            "/v1/sdk/install": {"POST": self._install},
            "/v1/sdk/attribution": {"GET": self._attribution},
            "/v1/sdk/events/batch": {"POST": self._batch},
            "/v1/sdk/event": {"POST": self._event},
            "/v1/sdk/customer-user-id": {"POST": self._customer},
            "/v1/sdk/install/idfa": {"PATCH": self._idfa},
            "/v1/sdk/install/ad-services-token": {"PATCH": self._adservices},
            "/v1/install": {"POST": self._install},
            "/v1/event": {"POST": self._event},
            "/v1/customer-user-id": {"POST": self._customer},
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; nothing that a client sends causes a 500."""
        route, path_id = self._match(scope["path"])
        try:
            status, body = await self._answer(route, path_id, scope, receive)
        except AppsprintError as exc:
            status, body = _error_answer(exc)
        except Exception:
            log.exception("sdk_request_failed", route=route)
            status, body = 503, {"error": "unavailable", "message": "try again later"}
        SDK_ANSWERS.labels(route=route or "unknown", status=status).inc()
        await send_json(send, status, body, self._headers(route, status))

    def _headers(self, route: str | None, status: int) -> Mapping[bytes, bytes]:
        if route is None or status != 405:
            return {}
        return {b"allow": ", ".join(self._routes[route]).encode()}

    def _match(self, path: str) -> tuple[str | None, str | None]:
        trimmed = path.rstrip("/")
        if trimmed in self._routes and trimmed != "/v1/sdk/attribution":
            return trimmed, None
        if found := _ATTRIBUTION_PATH.fullmatch(path):
            return "/v1/sdk/attribution", found.group(1)
        return None, None

    async def _answer(
        self, route: str | None, path_id: str | None, scope: Scope, receive: Receive
    ) -> Answer:
        if route is None:
            return 404, {"error": "unknown_route", "message": "no such SDK route"}
        handler = self._routes[route].get(scope["method"])
        if handler is None:
            allowed = ", ".join(self._routes[route])
            return 405, {"error": "method_not_allowed", "message": f"use {allowed}"}
        headers = header_map(scope["headers"])
        holder = await self._authenticate(headers.get("x-api-key", ""))
        client, app = scope.get("client"), None if holder.key.revoked_at else holder.app
        client_ip = client_address(
            peer=client[0] if client else "",
            forwarded_for=headers.get("x-forwarded-for"),
            trusted=self._trusted_proxies,
        )
        return await handler(
            SdkRequest(
                holder=holder,
                app=app,
                client_ip=truncated(client_ip) if app and app.truncate_addresses else client_ip,
                body=await read_body(scope, receive),
                path_id=path_id,
            )
        )

    async def _authenticate(self, key: str) -> KeyHolder:
        """The holder of a key that is good or discarded.

        Raises:
            NotAuthenticated: The key was never given out, or was ended with ``reject``.
            StoreUnavailable: It is not in memory and the store cannot say now.
        """
        key_hash = hashlib.sha256(key.strip().encode()).hexdigest()
        holder = self._directory.known_key(key_hash)
        if holder is None:
            holder = await asyncio.to_thread(self._directory.key, key_hash)
        if holder is None or holder.key.revoke_mode is RevokeMode.REJECT:
            raise NotAuthenticated("this API key is unknown or was revoked", code="invalid_api_key")
        return holder

    async def _install(self, request: SdkRequest) -> Answer:
        body = _object(request.body)
        if request.app is None:
            appsprint_id, dialect = read_id(body)
            return 200, discarded_install_answer(appsprint_id, dialect, self._ids)
        arrival = Arrival(
            app=request.app,
            key=request.holder.key,
            client_ip=request.client_ip,
            received_at=self._clock.now(),
        )
        app, facts = request.app, read_late_facts(body)
        install = read_install(body, arrival, self._ids)
        registered = await write(
            self._store,
            self._sink,
            lambda uow: self._installs.register(uow, app, install, facts),
        )
        return 200, install_answer(registered, install.dialect)

    async def _attribution(self, request: SdkRequest) -> Answer:
        appsprint_id = request.path_id or ""
        if not is_id(appsprint_id):
            raise InvalidInput("the id must be 1 to 128 printable characters")
        if request.app is None:
            dialect = read_id({"appsprintId": appsprint_id})[1]
            return 200, discarded_install_answer(appsprint_id, dialect, self._ids)
        app_id = request.app.id
        registered = await asyncio.to_thread(
            self._store.read, lambda uow: self._installs.answer(uow, app_id, appsprint_id)
        )
        return 200, install_answer(registered, registered.found.install.dialect)

    async def _batch(self, request: SdkRequest) -> Answer:
        return 200, events_answer(await self._record(request, split_batch(request.body)))

    async def _event(self, request: SdkRequest) -> Answer:
        """One event; a refusal is the whole answer here, because a developer reads it."""
        [outcome] = await self._record(request, [read_json(_UNREAD, request.body)])
        if outcome.status is EventStatus.REFUSED:
            raise InvalidInput(f"the event was refused: {outcome.reason}")
        return 200, {"status": outcome.status}

    async def _record(self, request: SdkRequest, raws: Sequence[msgspec.Raw]) -> list[EventOutcome]:
        if request.app is None:
            return [EventOutcome(None, EventStatus.STORED) for _ in raws]
        batch = read_events(
            raws,
            EventsArrival(
                app=request.app,
                environment=request.holder.key.environment,
                client_ip=request.client_ip,
                received_at=self._clock.now(),
            ),
        )
        outcomes: Sequence[EventOutcome] = await write_item(
            self._store, self._sink, self._events.record, batch
        )
        for status, amount in Counter(outcome.status for outcome in outcomes).items():
            EVENTS.labels(status=status).inc(amount)
        return list(outcomes)

    async def _customer(self, request: SdkRequest) -> Answer:
        body = _object(request.body)
        value = body.get("customerUserId")
        text = value.strip() if isinstance(value, str) else ""
        if not text or len(text) > MAX_CUSTOMER_ID_LENGTH:
            raise InvalidInput("must be 1 to 255 characters", field="customerUserId")
        return await self._update(request, body, self._installs.note_customer, text)

    async def _adservices(self, request: SdkRequest) -> Answer:
        body = _object(request.body)
        value = body.get("adServicesToken")
        if not isinstance(value, str) or not 0 < len(value) <= MAX_TOKEN_LENGTH:
            raise InvalidInput("must be 1 to 4096 characters", field="adServicesToken")
        return await self._update(request, body, self._installs.note_adservices_token, value)

    async def _idfa(self, request: SdkRequest) -> Answer:
        body = _object(request.body)
        if not allows_tracking(body):
            # A success, or the SDK would repeat it; nothing is kept.
            return await self._update(request, body, self._installs.refuse_tracking, "")
        value = body.get("idfa")
        idfa = normal_advertising_id(value if isinstance(value, str) else None)
        if idfa is None:
            raise InvalidInput("must be an advertising id, not all zero", field="idfa")
        return await self._update(request, body, self._installs.note_idfa, idfa)

    async def _update(
        self,
        request: SdkRequest,
        body: Mapping[str, object],
        note: Callable[..., bool | None],
        value: str,
    ) -> Answer:
        """Keep something that became known of an install; False from ``note`` refuses it."""
        appsprint_id, _ = read_id(body)
        if request.app is None:
            return 200, {"status": "ok"}
        app = request.app
        taken = await write(
            self._store, self._sink, lambda uow: note(uow, app, appsprint_id, value)
        )
        if taken is False:
            raise InstallNotFound(
                "the IDFA belongs to another install",
                code="install_not_found_or_idfa_conflict",
            )
        return 200, {"status": "ok"}


def _object(body: bytes) -> Mapping[str, object]:
    return read_json(_OBJECT, body)


_STATUSES: Mapping[type[AppsprintError], int] = {
    MalformedRequest: 400,
    NotAuthenticated: 401,
    InstallNotFound: 404,
    TooLarge: 413,
    InvalidInput: 422,
}


def _error_answer(exc: AppsprintError) -> Answer:
    """The protocol's status for an error; what time can mend is 503, which SDKs repeat."""
    status = 503 if isinstance(exc, Unavailable) else _STATUSES.get(type(exc), 503)
    return status, {"error": exc.code, "message": exc.message}
