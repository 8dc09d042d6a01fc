"""The connection between an app and an ad network: consent, account, credentials, its end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import structlog

from appsprint.config import Settings
from appsprint.domain.audit import SYSTEM, AuditAction, AuditEntry
from appsprint.domain.authorization import Authorization
from appsprint.domain.connection import Advertiser, Connection, Pixel
from appsprint.domain.connection_states import (
    CheckedCredential,
    SealedCredential,
    advertiser_chosen,
    credential_saved,
    disconnected,
    granted,
    require_grant,
)
from appsprint.domain.ids import AppId
from appsprint.domain.link import AdNetwork
from appsprint.errors import (
    AdNetworkRefused,
    AdNetworkUnavailable,
    AuthorizationDenied,
    ConfigurationError,
    Conflict,
    ConnectionRevoked,
    InvalidInput,
)
from appsprint.ports.ad_network import AdNetworkAdapter, EventsCredential
from appsprint.ports.clock import Clock
from appsprint.ports.secret_box import SecretBox
from appsprint.ports.store import Store, UnitOfWork
from appsprint.services.acting import acting_as, actor_with_id, current_actor, entry
from appsprint.services.apps import require_app
from appsprint.services.authorizations import Authorizations
from appsprint.services.checks import quoted
from appsprint.services.connection_health import ConnectionOverview, overview_of
from appsprint.services.directory import Directory
from appsprint.services.events_credential import EnteredCredential, require_credential
from appsprint.services.grants import grant_problem, note_grant_lost

log = structlog.get_logger()

CALLBACK_PATH = "/oauth/tiktok/callback"
MAX_AUTH_CODE_LENGTH = 2_048

_Change: TypeAlias = Callable[[Connection], Connection]


@dataclass(frozen=True, slots=True)
class Disconnected:
    """What disconnecting left.

    Attributes:
        revocation_problem: Why the network could not be told; None when it was, or when there
            was no grant to revoke.
    """

    overview: ConnectionOverview
    revocation_problem: str | None


@dataclass(frozen=True, slots=True)
class SavedCredential:
    """The connection after a credential was saved, and what the network says of it."""

    overview: ConnectionOverview
    checked: CheckedCredential


class ConnectionService:
    """Everything about a connection but sending and importing.

    Calls to the network are made outside units of work; what they brought is then laid over the
    connection as it is at that moment. Tokens are sealed before they are stored and never leave.
    """

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        directory: Directory,
        networks: Mapping[AdNetwork, AdNetworkAdapter],
        secrets: SecretBox,
        settings: Settings,
    ) -> None:
        self._store = store
        self._clock = clock
        self._directory = directory
        self._networks = networks
        self._secrets = secrets
        self._settings = settings
        self._authorizations = Authorizations(store, clock)

    def overview(self, app_id: AppId, network: AdNetwork = AdNetwork.TIKTOK) -> ConnectionOverview:
        """Where the connection stands and what needs a person.

        Raises:
            NotFound: There is no such app.
        """

        def work(uow: UnitOfWork) -> ConnectionOverview:
            return overview_of(uow, _connection(uow, app_id, network))

        return self._store.read(work)

    def authorize(
        self, app_id: AppId, started_by: str, network: AdNetwork = AdNetwork.TIKTOK
    ) -> str:
        """The network's page where a person approves; good for one use within ten minutes.

        Args:
            started_by: Whose call this was: the id of a token or member, or ``COMMAND_LINE``.
                Nobody else may finish it, as far as the browser that comes back is known.

        Raises:
            NotFound: There is no such app.
            Conflict: The operator has not registered a developer app with the network.
        """
        flow = self._networks[network].flow
        self._store.read(lambda uow: require_app(uow, app_id))
        if not flow.is_configured():
            raise Conflict(
                "this server has no TikTok developer app yet: its operator sets "
                "APPSPRINT_TIKTOK_APP_ID and APPSPRINT_TIKTOK_SECRET and registers "
                f"{self._callback_url} as the app's redirect address",
                code="tiktok_app_not_configured",
            )
        state = self._authorizations.begin(app_id, network, started_by=started_by)
        return flow.authorize_url(state=state, redirect_uri=self._callback_url)

    def finish(
        self, *, auth_code: str | None, state: str | None, finished_by: str | None = None
    ) -> Connection:
        """Complete what ``authorize`` began, when the network sends the person back.

        A reconnection keeps the chosen advertiser, when it is still within reach, and the
        Events API credentials. Whatever comes of it, the state is used up.

        Args:
            finished_by: Who the browser is signed in as, in the form of ``started_by``; None
                when it is not signed in.

        Raises:
            MalformedRequest: ``invalid_state`` for a state that is unknown, used, too old or
                somebody else's.
            AuthorizationDenied: There is no code: the person did not approve.
            AdNetworkRefused: The network did not take the code.
            AdNetworkUnavailable: It gave no usable answer.
        """
        begun = self._authorizations.take(state, finished_by=finished_by)
        if not auth_code or len(auth_code) > MAX_AUTH_CODE_LENGTH:
            raise AuthorizationDenied(
                "TikTok sent no authorisation: the request was not approved. Nothing was changed; "
                "start again from your app",
                app_id=begun.app_id,
            )
        grant = self._networks[begun.network].flow.exchange(auth_code)
        sealed, now = self._secrets.seal(grant.access_token), self._clock.now()
        connected = self._change(
            begun.app_id,
            begun.network,
            lambda present: granted(
                present, oauth_token=sealed, reach=grant.advertiser_ids, at=now
            ),
            self._connected_entry(begun),
        )
        log.info("network_connected", app_id=begun.app_id, network=begun.network)
        return connected

    def advertisers(
        self, app_id: AppId, network: AdNetwork = AdNetwork.TIKTOK
    ) -> Sequence[Advertiser]:
        """The ad accounts that the grant reaches, asked of the network now.

        Raises:
            NotFound: There is no such app.
            Conflict: There is no grant (``not_connected``), or it is lost (``reconnect_needed``).
            ConnectionRevoked: The network says that the grant is gone; the connection knows now.
            AdNetworkUnavailable: It gave no usable answer.
        """
        connection = self._read(app_id, network)
        token = self._grant_token(connection)
        try:
            return self._networks[network].flow.advertisers(token)
        except ConnectionRevoked as exc:
            note_grant_lost(self._store, connection, exc.message)
            raise

    def choose_advertiser(
        self, app_id: AppId, advertiser_id: str, network: AdNetwork = AdNetwork.TIKTOK
    ) -> ConnectionOverview:
        """Choose the ad account whose campaigns and costs are imported.

        Raises:
            InvalidInput: It is not one that the grant reaches.
        """
        wanted = advertiser_id.strip()
        reachable = self.advertisers(app_id, network)
        chosen = next((one for one in reachable if one.id == wanted), None)
        if chosen is None:
            raise InvalidInput(
                f"{quoted(wanted)} is not among the {len(reachable)} advertiser accounts that "
                "this connection reaches: load the accounts and pick one of them",
                field="advertiser_id",
            )

        told = self._entry(AuditAction.ADVERTISER_CHOSEN, app_id, f"{chosen.name} ({chosen.id})")
        self._change(app_id, network, lambda now: advertiser_chosen(now, chosen), told)
        log.info("advertiser_chosen", app_id=app_id, network=network, advertiser_id=chosen.id)
        return self.overview(app_id, network)

    def pixels(self, app_id: AppId, network: AdNetwork = AdNetwork.TIKTOK) -> Sequence[Pixel]:
        """The pixels of the chosen advertiser, the newest first, asked of the network now.

        Raises:
            NotFound: There is no such app.
            Conflict: There is no working grant, or no advertiser is chosen.
            ConnectionRevoked: The grant is gone or has lost the advertiser; the connection knows
                now.
            AdNetworkRefused: The grant works and may not list pixels.
            AdNetworkUnavailable: The network gave no usable answer.
        """
        connection = self._read(app_id, network)
        token = self._grant_token(connection)
        if connection.advertiser is None:
            raise Conflict("no advertiser is chosen: choose one first", code="choose_advertiser")
        flow = self._networks[network].flow
        try:
            return flow.pixels(token, connection.advertiser.id)
        except ConnectionRevoked as exc:
            problem = grant_problem(flow, token, connection.advertiser)
            if problem is None:
                raise AdNetworkRefused(
                    "TikTok does not let this connection list pixels: paste the Pixel ID instead. "
                    f"Its answer: {exc.message}",
                    network_code=exc.network_code,
                ) from exc
            note_grant_lost(self._store, connection, problem)
            raise

    def save_events_api(
        self,
        app_id: AppId,
        *,
        pixel_id: str,
        access_token: str | None = None,
        test_event_code: str | None = None,
        network: AdNetwork = AdNetwork.TIKTOK,
    ) -> SavedCredential:
        """Save where events go and the right to send them, and ask the network about both.

        They are saved whatever it says. Unless it refuses them, what waits goes out from now on.

        Args:
            access_token: None keeps the one that is stored.
            test_event_code: None sends live.

        Raises:
            NotFound: There is no such app.
            InvalidInput: Every value that is not allowed; nothing was changed.
        """
        entered = require_credential(
            EnteredCredential(
                pixel_id=pixel_id, access_token=access_token, test_event_code=test_event_code
            )
        )
        connection = self._read(app_id, network)
        token = self._token_to_save(entered, connection)
        checked = self._networks[network].flow.check_credential(
            EventsCredential(
                pixel_id=entered.pixel_id,
                access_token=token,
                test_event_code=entered.test_event_code,
            )
        )
        sealed = SealedCredential(
            pixel_id=entered.pixel_id,
            events_token=self._secrets.seal(token),
            test_event_code=entered.test_event_code,
        )
        told = self._entry(AuditAction.EVENTS_API_SAVED, app_id, entered.pixel_id)
        self._change(app_id, network, lambda now: credential_saved(now, sealed, checked), told)
        log.info("events_api_saved", app_id=app_id, network=network, check=checked.check.value)
        return SavedCredential(self.overview(app_id, network), checked)

    def disconnect(self, app_id: AppId, network: AdNetwork = AdNetwork.TIKTOK) -> Disconnected:
        """Revoke and erase the tokens; history, mapping, pixel and what waits stay.

        A network that cannot be told does not stop it: the tokens are erased all the same.

        Raises:
            NotFound: There is no such app.
        """
        connection = self._read(app_id, network)
        problem = self._revoke(connection)
        if connection != Connection(app_id=app_id, network=network):
            told = self._entry(AuditAction.TIKTOK_DISCONNECTED, app_id)
            self._change(app_id, network, disconnected, told)
        log.info("network_disconnected", app_id=app_id, network=network, revoked=problem is None)
        return Disconnected(self.overview(app_id, network), problem)

    @property
    def _callback_url(self) -> str:
        return f"{self._settings.base_url}{CALLBACK_PATH}"

    def _grant_token(self, connection: Connection) -> str:
        return self._secrets.open(require_grant(connection))

    def _token_to_save(self, entered: EnteredCredential, connection: Connection) -> str:
        if entered.access_token is not None:
            return entered.access_token
        if connection.events_token is None:
            raise InvalidInput(
                "there is no stored token to keep: paste the access token from Settings → Events "
                "API of the pixel",
                field="access_token",
            )
        return self._secrets.open(connection.events_token)

    def _revoke(self, connection: Connection) -> str | None:
        """Tell the network that the grant ends; the problem when it cannot be told."""
        if connection.oauth_token is None:
            return None
        try:
            token = self._secrets.open(connection.oauth_token)
            self._networks[connection.network].flow.revoke(token)
        except (AdNetworkRefused, AdNetworkUnavailable, ConfigurationError) as exc:
            log.warning("grant_not_revoked", app_id=connection.app_id, error=exc.code)
            return exc.message
        return None

    def _read(self, app_id: AppId, network: AdNetwork) -> Connection:
        return self._store.read(lambda uow: _connection(uow, app_id, network))

    def _connected_entry(self, begun: Authorization) -> AuditEntry:
        """By who is signed in; where nobody is, as after the API's calls, by who began."""
        actor = current_actor()
        if actor == SYSTEM:
            actor = self._store.read(lambda uow: actor_with_id(uow, begun.started_by))
        with acting_as(actor):
            return self._entry(AuditAction.TIKTOK_CONNECTED, begun.app_id)

    def _entry(
        self, action: AuditAction, app_id: AppId, subject: str | None = None, **details: object
    ) -> AuditEntry:
        return entry(self._clock.now(), action, app_id=app_id, subject=subject, **details)

    def _change(
        self,
        app_id: AppId,
        network: AdNetwork,
        change: _Change,
        told: AuditEntry | None = None,
    ) -> Connection:
        """Lay a change over the connection as it is now; hot routes know of it afterwards.

        Args:
            told: For the audit log; None for what no person did.
        """

        def work(uow: UnitOfWork) -> Connection:
            changed = change(_connection(uow, app_id, network))
            uow.connections.save(changed)
            if told is not None:
                uow.audit.add(told)
            return changed

        changed = self._store.write(work)
        self._directory.refresh()
        return changed


def _connection(uow: UnitOfWork, app_id: AppId, network: AdNetwork) -> Connection:
    """The app's connection; a blank one when there never was any."""
    require_app(uow, app_id)
    return uow.connections.get(app_id, network) or Connection(app_id=app_id, network=network)
