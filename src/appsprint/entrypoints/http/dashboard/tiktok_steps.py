"""The steps of connecting TikTok, and how far each is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from appsprint.domain.connection import Connection, EventsApiState, OAuthState
from appsprint.domain.ids import AppId
from appsprint.services.catalog import Services
from appsprint.services.connection_health import ConnectionOverview


class StepState(StrEnum):
    """How a step stands; the names are classes of the style sheet."""

    DONE = "done"
    CURRENT = "current"
    LATER = "later"
    FAILING = "failing"


@dataclass(frozen=True, slots=True)
class Step:
    """One step.

    Attributes:
        amount: What it has brought so far, where that is a number: mapped events, ad links.
    """

    key: str
    state: StepState
    amount: int = 0


def steps_of(services: Services, app_id: AppId, overview: ConnectionOverview) -> Sequence[Step]:
    """The steps in order; the first that is not done is the current one."""
    connection = overview.connection
    mapped = sum(row.network_event is not None for row in services.mapping.rows(app_id))
    links = [one for one in services.links.page(app_id) if one.link.archived_at is None]
    failing = _failing(connection)
    done = {
        "connect": connection.oauth is OAuthState.GRANTED,
        "advertiser": connection.advertiser is not None,
        "events_api": connection.events_api is EventsApiState.READY,
        "mapping": connection.can_send and mapped > 0,
        "link": bool(links),
    }
    current = next((key for key, is_done in done.items() if not is_done), None)
    amounts = {"mapping": mapped, "link": len(links)}
    return [
        Step(key, _state(key, is_done, current, failing), amounts.get(key, 0))
        for key, is_done in done.items()
    ]


def _failing(connection: Connection) -> frozenset[str]:
    found = {
        "connect": connection.oauth is OAuthState.LOST,
        "events_api": connection.events_api is EventsApiState.REJECTED,
    }
    return frozenset(key for key, fails in found.items() if fails)


def _state(key: str, is_done: bool, current: str | None, failing: frozenset[str]) -> StepState:
    if key in failing:
        return StepState.FAILING
    if is_done:
        return StepState.DONE
    return StepState.CURRENT if key == current else StepState.LATER
