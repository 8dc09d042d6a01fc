"""Asks Apple about the tokens of installs, and lets its answers decide again."""

from __future__ import annotations

from appsprint.domain.apple_ads import AppleAnswer, AppleLookup, LookupState, NoClaim
from appsprint.domain.revision import DecisionCause
from appsprint.ports.apple_ads import AdServices
from appsprint.ports.clock import Clock
from appsprint.ports.store import Store, UnitOfWork
from appsprint.services.installs import InstallIntake

AT_ONCE = 50


class AppleAdsService:
    """The worker's part: the queue is in the store, so nothing is lost when a process dies.

    Args:
        store: Holds the queue.
        clock: Decides what is due.
        apple: Who is asked.
        intake: Decides again.
    """

    def __init__(
        self, *, store: Store, clock: Clock, apple: AdServices, intake: InstallIntake
    ) -> None:
        self._store = store
        self._clock = clock
        self._apple = apple
        self._intake = intake

    def resolve_due(self) -> bool:
        """Ask about what is due now; True when there may be more.

        While Apple gives no answer the rest waits: it would get none either.
        """
        now = self._clock.now()
        due = self._store.read(lambda uow: uow.apple_ads.due(now=now, limit=AT_ONCE))
        for one in due:
            answer = self._apple.resolve(one.token)
            self._settle(one.lookup, answer)
            if answer is NoClaim.UNAVAILABLE:
                return False
        return len(due) == AT_ONCE

    def _settle(self, before: AppleLookup, answer: AppleAnswer) -> None:
        after = before.after(answer, self._clock.now())

        def work(uow: UnitOfWork) -> None:
            is_still_asked = uow.apple_ads.settle(before, after)
            app = uow.apps.get(before.app_id)
            if is_still_asked and after.state is LookupState.CLAIMED and app is not None:
                self._intake.reconsider(uow, app, before.install_id, DecisionCause.APPLE_ADS)

        self._store.write(work)
