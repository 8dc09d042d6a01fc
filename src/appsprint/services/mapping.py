"""Event mapping: what each in-app event fires as at the ad network, row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import structlog

from appsprint.domain.audit import AuditAction
from appsprint.domain.ids import AppId
from appsprint.domain.link import AdNetwork
from appsprint.domain.mapping import (
    CUSTOM_SDK_EVENT_PREFIX,
    MAPPABLE_SDK_EVENTS,
    MappingRow,
    MappingWarning,
    require_sdk_event,
)
from appsprint.errors import FieldProblem, InvalidInput
from appsprint.ports.ad_network import AdNetworkAdapter, EventNames
from appsprint.ports.clock import Clock
from appsprint.ports.store import Store, UnitOfWork
from appsprint.services.acting import entry
from appsprint.services.apps import require_app
from appsprint.services.checks import quoted, raise_problems
from appsprint.services.directory import Directory
from appsprint.services.objectives import conflicts_with, describe, imported_objectives
from appsprint.services.troubleshooting import ACTIONS, TroubleCode

log = structlog.get_logger()

MAX_CUSTOM_ROWS = 500


@dataclass(frozen=True, slots=True)
class WantedRow:
    """A row as typed; None or an empty name switches the event off."""

    sdk_event: str
    network_event: str | None


class MappingService:
    """The shipped mapping with an app's own rows over it; in force for new events at once."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        directory: Directory,
        networks: Mapping[AdNetwork, AdNetworkAdapter],
    ) -> None:
        self._store = store
        self._clock = clock
        self._directory = directory
        self._networks = networks

    def rows(self, app_id: AppId, network: AdNetwork = AdNetwork.TIKTOK) -> Sequence[MappingRow]:
        """The whole table: shipped rows first, then the other SDK events, then custom ones.

        Raises:
            NotFound: There is no such app.
        """

        def work(uow: UnitOfWork) -> Sequence[MappingRow]:
            require_app(uow, app_id)
            return self._table(uow, app_id, network)

        return self._store.read(work)

    def set_rows(
        self, app_id: AppId, rows: Sequence[WantedRow], network: AdNetwork = AdNetwork.TIKTOK
    ) -> Sequence[MappingRow]:
        """Set these rows, leave the others, and return the whole table.

        Raises:
            NotFound: There is no such app.
            InvalidInput: Every row that is not allowed, as ``items[<number>].<field>``; nothing
                was changed.
        """
        wanted = _read_rows(rows, self._networks[network].event_names)
        now = self._clock.now()
        rows_told = {event: name or "off" for event, name in wanted.items()}
        told = entry(now, AuditAction.MAPPING_SET, app_id=app_id, **rows_told)

        def work(uow: UnitOfWork) -> Sequence[MappingRow]:
            require_app(uow, app_id)
            _check_amount({**uow.connections.mapping(app_id, network), **wanted})
            uow.connections.set_mapping(app_id, network, wanted, at=now)
            uow.audit.add(told)
            return self._table(uow, app_id, network)

        table = self._store.write(work)
        self._directory.refresh()
        log.info("mapping_set", app_id=app_id, network=network, rows=len(wanted))
        return table

    def reset(
        self, app_id: AppId, sdk_event: str, network: AdNetwork = AdNetwork.TIKTOK
    ) -> MappingRow:
        """Return a row to its shipped default, and show it; one at its default stays there.

        Raises:
            NotFound: There is no such app.
            InvalidInput: Not an SDK event.
        """
        event = require_sdk_event(sdk_event)
        told = entry(self._clock.now(), AuditAction.MAPPING_RESET, app_id=app_id, subject=event)

        def work(uow: UnitOfWork) -> MappingRow:
            require_app(uow, app_id)
            uow.connections.reset_mapping(app_id, network, event)
            uow.audit.add(told)
            (warned,) = self._warned(uow, app_id, [self._row(event, {}, network)], network)
            return warned

        row = self._store.write(work)
        self._directory.refresh()
        return row

    def _table(self, uow: UnitOfWork, app_id: AppId, network: AdNetwork) -> Sequence[MappingRow]:
        own = uow.connections.mapping(app_id, network)
        shipped = self._networks[network].event_names.defaults()
        custom = sorted(event for event in own if event.startswith(CUSTOM_SDK_EVENT_PREFIX))
        order = dict.fromkeys((*shipped, *MAPPABLE_SDK_EVENTS, *custom))
        rows = [self._row(event, own, network) for event in order]
        return self._warned(uow, app_id, rows, network)

    def _warned(
        self, uow: UnitOfWork, app_id: AppId, rows: Sequence[MappingRow], network: AdNetwork
    ) -> Sequence[MappingRow]:
        """The rows with what the campaigns' objectives make of their events."""
        names = self._networks[network].event_names
        mapped = [row.network_event for row in rows if row.network_event]
        objectives = imported_objectives(uow, app_id, network)
        warnings = {
            conflict.network_event: MappingWarning(
                code=TroubleCode.OBJECTIVE_REJECTED,
                message=describe(conflict, names),
                action=ACTIONS[TroubleCode.OBJECTIVE_REJECTED],
            )
            for conflict in conflicts_with(mapped, objectives, names)
        }
        return [
            replace(row, warnings=(warnings[row.network_event],))
            if row.network_event in warnings
            else row
            for row in rows
        ]

    def _row(self, sdk_event: str, own: Mapping[str, str | None], network: AdNetwork) -> MappingRow:
        names = self._networks[network].event_names
        shipped = names.defaults().get(sdk_event)
        network_event = own.get(sdk_event, shipped)
        return MappingRow(
            sdk_event=sdk_event,
            network_event=network_event,
            kind=None if network_event is None else names.kind_of(network_event),
            is_default=network_event == shipped,
        )


def _read_rows(rows: Sequence[WantedRow], names: EventNames) -> dict[str, str | None]:
    """Rows by SDK event, every one of them checked."""
    wanted: dict[str, str | None] = {}
    problems: list[FieldProblem] = []
    for number, row in enumerate(rows):
        try:
            event = require_sdk_event(row.sdk_event)
            if event in wanted:
                raise InvalidInput(f"{quoted(event)} is named twice", field="sdk_event")
            wanted[event] = None
            wanted[event] = _read_network_event(row.network_event, names)
        except InvalidInput as exc:
            problems += [
                FieldProblem(f"items[{number}].{problem.field}", problem.message)
                for problem in exc.problems
            ]
    raise_problems(problems)
    return wanted


def _read_network_event(typed: str | None, names: EventNames) -> str | None:
    return names.require_name(typed) if typed else None


def _check_amount(rows: Mapping[str, str | None]) -> None:
    custom = sum(event.startswith(CUSTOM_SDK_EVENT_PREFIX) for event in rows)
    if custom > MAX_CUSTOM_ROWS:
        raise InvalidInput(
            f"an app can map {MAX_CUSTOM_ROWS} custom events, this would be {custom}",
            field="items",
        )
