"""What a connection looks like from outside: its deliveries in numbers, and its problems."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from appsprint.domain.connection import Connection, CredentialCheck, EventsApiState, OAuthState
from appsprint.domain.counted import amount_of, were
from appsprint.domain.delivery import OPEN_STATUSES, DeliveryStatus
from appsprint.ports.store import UnitOfWork
from appsprint.services.troubleshooting import ACTIONS, TroubleCode


@dataclass(frozen=True, slots=True)
class ConnectionProblem:
    """One thing that needs a person, in words, with the next step."""

    code: str
    message: str
    action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionOverview:
    """A connection with everything that is shown beside it.

    Attributes:
        counts: Deliveries by status, every status present.
        waiting: Deliveries that wait: pending and retrying.
        problems: The gravest first; empty when nothing needs a person.
    """

    connection: Connection
    counts: Mapping[DeliveryStatus, int]
    waiting: int
    problems: tuple[ConnectionProblem, ...]


def overview_of(uow: UnitOfWork, connection: Connection) -> ConnectionOverview:
    """The overview within one snapshot."""
    counts = delivery_counts(uow, connection)
    waiting = sum(counts[status] for status in OPEN_STATUSES)
    return ConnectionOverview(
        connection=connection,
        counts=counts,
        waiting=waiting,
        problems=tuple(_problems(connection, counts, waiting)),
    )


def delivery_counts(uow: UnitOfWork, connection: Connection) -> Mapping[DeliveryStatus, int]:
    """How many deliveries there are by status; 0 where there are none."""
    found = uow.deliveries.counts(connection.app_id, connection.network)
    return {status: found.get(status, 0) for status in DeliveryStatus}


def _problems(
    connection: Connection, counts: Mapping[DeliveryStatus, int], waiting: int
) -> Iterator[ConnectionProblem]:
    if connection.oauth is OAuthState.LOST:
        yield _problem(
            TroubleCode.OAUTH_CONNECTION,
            _with_reason(
                "The TikTok connection expired or lost access to the advertiser; campaigns and "
                "costs are not imported.",
                connection.oauth_error,
            ),
        )
    if connection.events_api is EventsApiState.REJECTED:
        code, words = _refusal(connection)
        if waiting:
            words += f" {amount_of(waiting, 'event waits', 'events wait')}; nothing is lost."
        yield _problem(code, _with_reason(words, connection.events_error))
    if connection.events_api is EventsApiState.MISSING and waiting:
        yield ConnectionProblem(
            "events_api_missing",
            f"{amount_of(waiting, 'event waits', 'events wait')}, as there is no Events API token "
            "to send with.",
            "Paste the Pixel ID and the Events API access token and save: what waits goes out.",
        )
    if connection.last_sync_error is not None:
        yield _problem(
            TroubleCode.SYNC_FRESHNESS,
            _with_reason(
                "The last import of campaigns and costs failed.", connection.last_sync_error
            ),
        )
    if counts[DeliveryStatus.DEAD] or counts[DeliveryStatus.SKIPPED]:
        yield _problem(
            TroubleCode.EVENTS_NOT_SENT,
            _unsent(counts[DeliveryStatus.SKIPPED], counts[DeliveryStatus.DEAD]),
        )


def _unsent(skipped: int, dead: int) -> str:
    total = amount_of(skipped + dead, "event was", "events were")
    parts = [
        f"{skipped:,} {were(skipped)} skipped (no TikTok web context, or a refund)",
        f"{dead:,} {were(dead)} given up",
    ]
    told = [part for part, number in zip(parts, (skipped, dead), strict=True) if number]
    return f"{total} not sent: {', '.join(told)}."


def _refusal(connection: Connection) -> tuple[TroubleCode, str]:
    if connection.events_check is CredentialCheck.WRONG_PIXEL:
        words = "TikTok does not let the Events API token send to this pixel."
        return TroubleCode.PIXEL_TOKEN_PAIR, words
    return TroubleCode.EVENTS_API_TOKEN, "TikTok rejected the Events API token."


def _problem(code: TroubleCode, message: str) -> ConnectionProblem:
    return ConnectionProblem(code, message, ACTIONS[code])


def _with_reason(message: str, reason: str | None) -> str:
    return message if reason is None else f"{message} TikTok's answer: {reason}"
