"""Clicks that were stored after the installs that they led to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import structlog

from appsprint.domain.click import Click
from appsprint.domain.ids import AppId, InstallId
from appsprint.domain.install import Install
from appsprint.domain.revision import DecisionCause
from appsprint.ports.installs import AttributedInstall
from appsprint.ports.store import Store, UnitOfWork
from appsprint.services.attribution import evidence_of
from appsprint.services.installs import InstallIntake
from appsprint.services.late_facts import with_late_facts

log = structlog.get_logger()

_AT_ONCE = 500


class LateClicks:
    """Gives clicks that waited in the spool their say about installs that did not wait.

    Args:
        store: Holds both.
        intake: Decides again.
    """

    def __init__(self, *, store: Store, intake: InstallIntake) -> None:
        self._store = store
        self._intake = intake

    def reconsider(self, clicks: Iterable[Click]) -> int:
        """Decide again the installs that stored clicks may have led to; how many there were.

        Doing it twice changes nothing.
        """
        by_app: dict[AppId, list[Click]] = {}
        for click in clicks:
            by_app.setdefault(click.app_id, []).append(click)
        return sum(self._of_app(app_id, found) for app_id, found in by_app.items())

    def _of_app(self, app_id: AppId, clicks: Sequence[Click]) -> int:
        traces = _Traces(clicks)
        tied = [one for one in self._since(app_id, traces.since) if traces.tie(one)]
        ids = frozenset(click.id for click in clicks)

        def work(uow: UnitOfWork, install_id: InstallId) -> None:
            app = uow.apps.get(app_id)
            if app is not None:
                cause = DecisionCause.LATE_CLICK
                self._intake.reconsider(uow, app, install_id, cause, late_clicks=ids)

        for install in tied:
            self._store.write(lambda uow, known=install.id: work(uow, known))  # type: ignore[misc]
        if tied:
            log.info("late_clicks_reconsidered", app_id=app_id, installs=len(tied))
        return len(tied)

    def _since(self, app_id: AppId, since: datetime) -> Iterator[Install]:
        """The installs from an arrival on, with all that is known of them."""
        after: InstallId | None = None
        while True:
            page = self._page(app_id, since, after)
            yield from page
            if len(page) < _AT_ONCE:
                return
            after = page[-1].id

    def _page(self, app_id: AppId, since: datetime, after: InstallId | None) -> Sequence[Install]:
        def work(uow: UnitOfWork) -> Sequence[Install]:
            found = uow.installs.registered_since(app_id, since=since, after=after, limit=_AT_ONCE)
            return [_complete(uow, one) for one in found]

        return self._store.read(work)


class _Traces:
    """What clicks leave that an install can show too."""

    def __init__(self, clicks: Sequence[Click]) -> None:
        self.since = min(click.occurred_at for click in clicks)
        self._ids = {str(click.id) for click in clicks}
        self._addresses = {click.address_key for click in clicks} - {None}
        self._advertising_ids = {click.advertising_id for click in clicks} - {None}

    def tie(self, install: Install) -> bool:
        evidence = evidence_of(install)
        return (
            evidence.referrer.click_id in self._ids
            or evidence.given_click_id in self._ids
            or evidence.address_key in self._addresses
            or evidence.advertising_id in self._advertising_ids
        )


def _complete(uow: UnitOfWork, found: AttributedInstall) -> Install:
    install = found.install
    told = uow.installs.identifiers(install.app_id, install.id)
    return with_late_facts(install, told) if told else install
