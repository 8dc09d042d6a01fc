"""Whether grants still work: asked when something failed, and every few minutes besides."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog

from appsprint.domain.connection import Advertiser, Connection, OAuthState
from appsprint.domain.connection_states import grant_lost, require_grant
from appsprint.domain.ids import AppId
from appsprint.domain.link import AdNetwork
from appsprint.errors import AppsprintError, ConnectionRevoked
from appsprint.ports.ad_network import AdNetworkAdapter, ConnectionFlow
from appsprint.ports.clock import Clock
from appsprint.ports.secret_box import SecretBox
from appsprint.ports.store import Store, UnitOfWork

log = structlog.get_logger()


class GrantCheckService:
    """Notices revoked grants and lost advertisers between imports, one cheap call each."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        networks: Mapping[AdNetwork, AdNetworkAdapter],
        secrets: SecretBox,
    ) -> None:
        self._store = store
        self._clock = clock
        self._networks = networks
        self._secrets = secrets
        self._checked: dict[tuple[AppId, AdNetwork], datetime] = {}

    def check_due(self, *, every: timedelta) -> int:
        """Check each grant that was neither checked nor imported with lately; how many.

        A network that gives no usable answer says nothing about the grant; it is asked again
        when the next check is due.

        Args:
            every: The time between checks; zero turns them off.
        """
        if every <= timedelta(0):
            return 0
        found = self._store.read(lambda uow: uow.connections.all())
        due = [connection for connection in found if self._is_due(connection, every)]
        for connection in due:
            self._checked[connection.app_id, connection.network] = self._clock.now()
            self._check(connection)
        return len(due)

    def _is_due(self, connection: Connection, every: timedelta) -> bool:
        if connection.oauth is not OAuthState.GRANTED:
            return False
        proofs = (
            self._checked.get((connection.app_id, connection.network)),
            connection.last_sync_at,
            connection.connected_at,
        )
        oldest = self._clock.now() - every
        return not any(proof is not None and proof > oldest for proof in proofs)

    def _check(self, connection: Connection) -> None:
        flow = self._networks[connection.network].flow
        try:
            token = self._secrets.open(require_grant(connection))
            problem = grant_problem(flow, token, connection.advertiser)
        except AppsprintError as exc:
            log.warning("grant_not_checked", app_id=connection.app_id, error=exc.message)
            return
        if problem is not None:
            note_grant_lost(self._store, connection, problem)


def grant_problem(flow: ConnectionFlow, token: str, advertiser: Advertiser | None) -> str | None:
    """What is wrong with a grant; None when it works and reaches the advertiser.

    Raises:
        AdNetworkRefused, AdNetworkUnavailable: The network did not tell.
    """
    try:
        reach = flow.reach(token)
    except ConnectionRevoked as exc:
        return exc.message
    if advertiser is None or advertiser.id in reach:
        return None
    return (
        f"the account that was connected no longer reaches the advertiser {advertiser.name} "
        f"({advertiser.id})"
    )


def note_grant_lost(store: Store, connection: Connection, problem: str) -> None:
    """Remember that the grant is gone, unless another one came meanwhile."""

    def work(uow: UnitOfWork) -> None:
        present = uow.connections.get(connection.app_id, connection.network)
        if present is not None and present.oauth_token == connection.oauth_token:
            uow.connections.save(grant_lost(present, problem))

    store.write(work)
    log.warning("grant_lost", app_id=connection.app_id, network=connection.network)
