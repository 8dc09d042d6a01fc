"""The connection between an app and an ad network: consent, account, credentials, its end."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import structlog

from appsprint.config import Settings
from appsprint.domain.connection import Advertiser, Connection
from appsprint.domain.connection_states import (
    CheckedCredential,
    CredentialCheck,
    SealedCredential,
    advertiser_chosen,
    credential_saved,
    disconnected,
    grant_lost,
    granted,
    require_grant,
)
from appsprint.domain.ids import AppId
from appsprint.domain.link import AdNetwork
from appsprint.errors import (
    AdNetworkRefused,
    AdNetworkUnavailable,
    ConfigurationError,
    Conflict,
    ConnectionRevoked,
    InvalidInput,
    MalformedRequest,
)
from appsprint.ports.ad_network import AdNetworkAdapter
from appsprint.ports.clock import Clock
from appsprint.ports.secret_box import SecretBox
from appsprint.ports.store import Store, UnitOfWork
from appsprint.services.apps import require_app
from appsprint.services.authorizations import Authorizations
from appsprint.services.checks import Problems, quoted
from appsprint.services.connection_health import ConnectionOverview, overview_of
from appsprint.services.directory import Directory

log = structlog.get_logger()

CALLBACK_PATH = "/oauth/tiktok/callback"
MAX_AUTH_CODE_LENGTH = 2_048
MAX_EVENTS_TOKEN_LENGTH = 512
# TikTok's codes have 20 characters today (spec, pixel list); the rest is room for change.
_PIXEL_CODE = re.compile(r"[0-9A-Z]{10,40}", re.ASCII)
_PIXEL_NUMBER = re.compile(r"[0-9]{10,40}", re.ASCII)
_TEST_EVENT_CODE = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)

_UNCHECKED = CheckedCredential(CredentialCheck.NOT_CHECKABLE, "")

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
                somebody else's; ``authorization_denied`` when there is no code: the person did
                not approve.
            AdNetworkRefused: The network did not take the code.
            AdNetworkUnavailable: It gave no usable answer.
        """
        begun = self._authorizations.take(state, finished_by=finished_by)
        if not auth_code or len(auth_code) > MAX_AUTH_CODE_LENGTH:
            raise MalformedRequest(
                "TikTok sent no authorisation: the request was not approved. Nothing was changed; "
                "start again from your app",
                code="authorization_denied",
            )
        grant = self._networks[begun.network].flow.exchange(auth_code)
        sealed, now = self._secrets.seal(grant.access_token), self._clock.now()
        connected = self._change(
            begun.app_id,
            begun.network,
            lambda present: granted(
                present, oauth_token=sealed, reach=grant.advertiser_ids, at=now
            ),
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
            self._note_lost(connection, exc.message)
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

        self._change(app_id, network, lambda now: advertiser_chosen(now, chosen))
        log.info("advertiser_chosen", app_id=app_id, network=network, advertiser_id=chosen.id)
        return self.overview(app_id, network)

    def save_events_api(
        self,
        app_id: AppId,
        *,
        pixel_id: str,
        access_token: str,
        test_event_code: str | None = None,
        network: AdNetwork = AdNetwork.TIKTOK,
    ) -> ConnectionOverview:
        """Save where events go and the right to send them; what waits goes out from now on.

        Raises:
            NotFound: There is no such app.
            InvalidInput: Every value that is not allowed; nothing was changed.
        """
        problems = Problems()
        pixel = problems.check(_require_pixel_code, pixel_id, otherwise="")
        token = problems.check(_require_events_token, access_token, otherwise="")
        test_code = problems.check(_read_test_event_code, test_event_code, otherwise=None)
        problems.raise_if_any()
        credential = SealedCredential(
            pixel_id=pixel, events_token=self._secrets.seal(token), test_event_code=test_code
        )
        self._change(app_id, network, lambda now: credential_saved(now, credential, _UNCHECKED))
        log.info("events_api_saved", app_id=app_id, network=network)
        return self.overview(app_id, network)

    def disconnect(self, app_id: AppId, network: AdNetwork = AdNetwork.TIKTOK) -> Disconnected:
        """Revoke and erase the tokens; history, mapping, pixel and what waits stay.

        A network that cannot be told does not stop it: the tokens are erased all the same.

        Raises:
            NotFound: There is no such app.
        """
        connection = self._read(app_id, network)
        problem = self._revoke(connection)
        if connection != Connection(app_id=app_id, network=network):
            self._change(app_id, network, disconnected)
        log.info("network_disconnected", app_id=app_id, network=network, revoked=problem is None)
        return Disconnected(self.overview(app_id, network), problem)

    @property
    def _callback_url(self) -> str:
        return f"{self._settings.base_url}{CALLBACK_PATH}"

    def _grant_token(self, connection: Connection) -> str:
        return self._secrets.open(require_grant(connection))

    def _note_lost(self, connection: Connection, problem: str) -> None:
        """Remember that the grant is gone, unless another one came meanwhile."""

        def change(present: Connection) -> Connection:
            if present.oauth_token != connection.oauth_token:
                return present
            return grant_lost(present, problem)

        self._change(connection.app_id, connection.network, change)
        log.warning("grant_lost", app_id=connection.app_id, network=connection.network)

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

    def _change(self, app_id: AppId, network: AdNetwork, change: _Change) -> Connection:
        """Lay a change over the connection as it is now; hot routes know of it afterwards."""

        def work(uow: UnitOfWork) -> Connection:
            changed = change(_connection(uow, app_id, network))
            uow.connections.save(changed)
            return changed

        changed = self._store.write(work)
        self._directory.refresh()
        return changed


def _connection(uow: UnitOfWork, app_id: AppId, network: AdNetwork) -> Connection:
    """The app's connection; a blank one when there never was any."""
    require_app(uow, app_id)
    return uow.connections.get(app_id, network) or Connection(app_id=app_id, network=network)


def _require_pixel_code(typed: str) -> str:
    field = "pixel_id"
    code = typed.strip()
    if _PIXEL_NUMBER.fullmatch(code):
        raise InvalidInput(
            "this looks like the pixel's number; the Events API needs its code, the Pixel ID of "
            "capital letters and digits at the top of the pixel's page in TikTok Events Manager",
            field=field,
        )
    if _PIXEL_CODE.fullmatch(code) is None:
        raise InvalidInput(
            "must be the Pixel ID from TikTok Events Manager: capital letters and digits, such as "
            "CXXXXXXXXXXXXXXXXXXX",
            field=field,
        )
    return code


def _require_events_token(typed: str) -> str:
    token = typed.strip()
    is_sendable = token.isascii() and token.isprintable() and " " not in token
    if not 1 <= len(token) <= MAX_EVENTS_TOKEN_LENGTH or not is_sendable:
        raise InvalidInput(
            "must be the access token from Settings → Events API of the pixel, at most "
            f"{MAX_EVENTS_TOKEN_LENGTH} characters without spaces",
            field="access_token",
        )
    return token


def _read_test_event_code(typed: str) -> str | None:
    code = typed.strip()
    if code and _TEST_EVENT_CODE.fullmatch(code) is None:
        raise InvalidInput(
            "must be the code from Test Events, such as TEST12345", field="test_event_code"
        )
    return code or None
