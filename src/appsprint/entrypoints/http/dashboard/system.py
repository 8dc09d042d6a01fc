"""System: storage, queues, imports, retention, and on demand whether the books balance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from appsprint.domain.access import Role
from appsprint.domain.app import App
from appsprint.domain.connection import ConnectionStatus
from appsprint.domain.privacy import PersonalData
from appsprint.entrypoints.http.api.routing import services_of
from appsprint.entrypoints.http.dashboard.install_view import duration
from appsprint.entrypoints.http.dashboard.page import page
from appsprint.entrypoints.http.dashboard.rendering import PageResponse, render
from appsprint.entrypoints.http.dashboard.visits import PageRequest
from appsprint.services.doctor import LATE_QUEUE
from appsprint.services.ledger import LedgerResult
from appsprint.services.system import Books, SystemState

_CONNECTIONS: Mapping[ConnectionStatus, tuple[str, str]] = {
    ConnectionStatus.NOT_CONNECTED: ("Not connected", "quiet"),
    ConnectionStatus.CHOOSE_ADVERTISER: ("Choose an advertiser", "warn"),
    ConnectionStatus.NEEDS_EVENTS_API: ("Needs pixel and token", "warn"),
    ConnectionStatus.ACTIVE: ("Active", "good"),
    ConnectionStatus.TOKEN_REJECTED: ("Token rejected", "bad"),
    ConnectionStatus.RECONNECT_NEEDED: ("Reconnect needed", "bad"),
}
_RETAINED: Mapping[PersonalData, str] = {
    PersonalData.CLICKS: "Clicks and filtered visits",
    PersonalData.INSTALLS: "Installs",
    PersonalData.EVENTS: "In-app events",
    PersonalData.DELIVERIES: "Deliveries and refused events",
}
_FAILING = (ConnectionStatus.TOKEN_REJECTED, ConnectionStatus.RECONNECT_NEEDED)
_KIBIBYTE = 1024


@page("GET", "/settings/system", role=Role.OWNER, needs_all_apps=True)
def show_system(request: PageRequest) -> PageResponse:
    """How the server stands; the books are counted only when that is asked for.

    The last days' ledger is asked for by the page itself, once it is shown.
    """
    services = services_of(request)
    state = services.system.state()
    ledgers = services.system.recent_ledgers() if request.query_params.get("ledger") else None
    books = services.system.books() if request.query_params.get("books") else None
    return render(
        request,
        "system.html",
        state=state,
        ledgers=ledgers,
        books=books,
        troubles=troubles_of(state) + unbalanced(ledgers or (), books or ()),
        connections=_CONNECTIONS,
        retained=[(label, state.retention.periods.get(kind)) for kind, label in _RETAINED.items()],
        late=LATE_QUEUE,
        duration=duration,
        size=size_of,
    )


def troubles_of(state: SystemState) -> int:
    """How many things of the server need a person; steps that nobody has taken yet are none."""
    queues = [
        one.connection.status in _FAILING
        or one.connection.last_sync_error is not None
        or (one.age is not None and one.age > LATE_QUEUE)
        for one in state.queues
    ]
    is_other_schema = state.versions.present != state.versions.newest
    return sum((*queues, not state.is_spool_empty, is_other_schema))


def unbalanced(ledgers: Sequence[tuple[App, LedgerResult]], books: Sequence[Books]) -> int:
    """How many of the apps that were counted do not balance."""
    found = {app.id for app, ledger in ledgers if any(one.gaps for one in ledger.days)}
    return len(found | {one.app.id for one in books if one.gaps or one.differences})


def size_of(amount_bytes: int) -> str:
    """Bytes in the unit that people read."""
    if amount_bytes < _KIBIBYTE:
        return f"{amount_bytes} B"
    size, unit = float(amount_bytes), "B"
    for larger in ("KiB", "MiB", "GiB", "TiB"):
        if size < _KIBIBYTE:
            break
        size, unit = size / _KIBIBYTE, larger
    return f"{size:,.1f} {unit}"


HANDLERS = (show_system,)
