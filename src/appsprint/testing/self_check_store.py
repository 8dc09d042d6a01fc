"""What every store of self-checks must keep."""

# ruff: noqa: S101 a suite asserts
from __future__ import annotations

from datetime import datetime, timedelta

from appsprint.domain.ids import AppId, InstallId
from appsprint.domain.self_check import SelfCheck, SelfCheckOutcome
from appsprint.ports.store import Store
from appsprint.testing.builders import APP_ID, NOON

DAY = timedelta(days=1)


class SelfCheckStoreContract:
    """The rules of ``ports.self_checks.SelfCheckRepository``; ``store`` is a fixture."""

    def test_checks_are_summed_by_day(self, store: Store) -> None:
        """From the wanted instant on, of one app, in order."""
        checks = [
            (APP_ID, NOON, SelfCheck(SelfCheckOutcome.AGREED, 0.9)),
            (APP_ID, NOON, SelfCheck(SelfCheckOutcome.OTHER_CLICK, 0.8)),
            (APP_ID, NOON + DAY, SelfCheck(SelfCheckOutcome.NO_CREDIT)),
            (APP_ID, NOON - DAY, SelfCheck(SelfCheckOutcome.NO_CREDIT)),
            (AppId("app_2"), NOON, SelfCheck(SelfCheckOutcome.NO_CREDIT)),
        ]
        for number, (app_id, at, check) in enumerate(checks):
            add(store, app_id, InstallId(f"ins_{number}"), check, at)

        found = store.read(lambda uow: uow.self_checks.days(APP_ID, since=NOON))

        assert [(one.first_on, one.agreed, one.other_click, one.no_credit) for one in found] == [
            (NOON.date(), 1, 1, 0),
            ((NOON + DAY).date(), 0, 0, 1),
        ]
        assert [round(one.stated, 6) for one in found] == [1.7, 0.0]


def add(store: Store, app_id: AppId, install_id: InstallId, check: SelfCheck, at: datetime) -> None:
    """Keep one check."""
    store.write(lambda uow: uow.self_checks.add(app_id, install_id, check, at=at))
