"""OAuth states: given out once, taken back once, from who began."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping

import structlog

from appsprint.domain.authorization import (
    AUTHORIZATION_KEPT_FOR,
    AUTHORIZATION_LIFETIME,
    Authorization,
    ReturnProblem,
    problem_of_return,
)
from appsprint.domain.ids import AppId
from appsprint.domain.link import AdNetwork
from appsprint.errors import MalformedRequest
from appsprint.ports.clock import Clock
from appsprint.ports.store import Store, UnitOfWork
from appsprint.services.apps import require_app

log = structlog.get_logger()

STATE_BYTES = 32
MAX_STATE_LENGTH = 128
_MINUTES = int(AUTHORIZATION_LIFETIME.total_seconds() // 60)
_NOTHING_CHANGED = "Nothing was changed"
_PROBLEMS: Mapping[ReturnProblem, str] = {
    ReturnProblem.UNKNOWN: (
        f"this authorisation was not begun on this server. {_NOTHING_CHANGED}; start again from "
        "your app"
    ),
    ReturnProblem.USED: (
        "this authorisation was finished already and works only once, so opening the page again "
        f"does nothing. {_NOTHING_CHANGED}; go back to your app, and connect again only if it is "
        "not connected"
    ),
    ReturnProblem.TOO_OLD: (
        f"this authorisation took longer than {_MINUTES} minutes. {_NOTHING_CHANGED}; start again "
        "from your app"
    ),
    ReturnProblem.FOREIGN: (
        "this authorisation was begun by somebody else than who is signed in here. "
        f"{_NOTHING_CHANGED}; start again from your app"
    ),
}


class Authorizations:
    """Begins authorisations, and takes each back at most once."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def begin(self, app_id: AppId, network: AdNetwork, *, started_by: str) -> str:
        """A new state, long and random; good for one use within ten minutes.

        Raises:
            NotFound: There is no such app.
        """
        state = secrets.token_urlsafe(STATE_BYTES)
        begun = Authorization(
            state_hash=_hash(state),
            app_id=app_id,
            network=network,
            started_by=started_by,
            created_at=self._clock.now(),
        )

        def work(uow: UnitOfWork) -> None:
            require_app(uow, app_id)
            uow.connections.forget_authorizations_before(begun.created_at - AUTHORIZATION_KEPT_FOR)
            uow.connections.begin(begun)

        self._store.write(work)
        return state

    def take(self, state: str | None, *, finished_by: str | None) -> Authorization:
        """The authorisation with this state, now used up, also when it is refused.

        Raises:
            MalformedRequest: ``invalid_state``, with words that tell why.
        """
        now = self._clock.now()
        state_hash = _hash(state) if state and len(state) <= MAX_STATE_LENGTH else None

        def work(uow: UnitOfWork) -> Authorization | ReturnProblem:
            found = None if state_hash is None else uow.connections.authorization(state_hash)
            if found is not None and uow.apps.get(found.app_id) is None:
                found = None
            problem = problem_of_return(found, now=now, finished_by=finished_by)
            if found is None or problem is ReturnProblem.USED:
                return problem or ReturnProblem.UNKNOWN
            uow.connections.finish(found.state_hash, at=now)
            return found if problem is None else problem

        taken = self._store.write(work)
        if isinstance(taken, ReturnProblem):
            log.warning("authorization_refused", problem=taken.value)
            raise MalformedRequest(_PROBLEMS[taken], code="invalid_state")
        return taken


def _hash(state: str) -> str:
    return hashlib.sha256(state.encode("utf-8", "surrogatepass")).hexdigest()
