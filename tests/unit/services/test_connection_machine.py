"""A connection hangs together at every moment, whatever people and the network do."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import parse_qs, urlsplit

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from appsprint.domain.connection import (
    Advertiser,
    Connection,
    ConnectionStatus,
    CredentialCheck,
    OAuthState,
)
from appsprint.domain.connection_states import credential_rejected
from appsprint.domain.link import AdNetwork
from appsprint.errors import (
    AdNetworkRefused,
    AdNetworkUnavailable,
    Conflict,
    InvalidInput,
    MalformedRequest,
)
from appsprint.services.mapping import WantedRow
from tests.support.connection_machine import explored
from tests.support.control_plane import ControlPlane, build_control_plane
from tests.support.fake_network import ADVERTISER, OTHER_ADVERTISER

PIXEL = "CQ6FR3RC77U6L0AM21H0"
EVERY = timedelta(minutes=5)
PEOPLE = ["tok_1", "tok_2"]
SECRETS = ("grant-", "events-secret")


class ConnectionMachine(RuleBasedStateMachine):
    """Two people, a network that can fail, and a clock; the model is who began what."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = TemporaryDirectory()
        self.plane: ControlPlane = build_control_plane(Path(self._folder.name))
        self.app = self.plane.ios_app()
        self.codes = 0
        self.seen = ConnectionStatus.NOT_CONNECTED
        self.plane.services.mapping.set_rows(self.app.id, [WantedRow("login", "Login")])

    def present(self) -> Connection:
        """The connection as it is stored."""
        found = self.plane.store.read(
            lambda uow: uow.connections.get(self.app.id, AdNetwork.TIKTOK)
        )
        return found or Connection(app_id=self.app.id, network=AdNetwork.TIKTOK)

    @rule(
        began=st.sampled_from(PEOPLE),
        who=st.sampled_from([*PEOPLE, None]),
        approves=st.sampled_from([True, True, False]),
        reach=st.sampled_from([[ADVERTISER], [OTHER_ADVERTISER], [ADVERTISER, OTHER_ADVERTISER]]),
        minutes=st.sampled_from([0, 10, 11]),
    )
    def come_back(
        self,
        began: str,
        who: str | None,
        approves: bool,
        reach: list[Advertiser],
        minutes: int,
    ) -> None:
        """Only who began may finish, in time, once, and only an approval counts."""
        url = self.plane.services.connections.authorize(self.app.id, started_by=began)
        state = parse_qs(urlsplit(url).query)["state"][0]
        self.plane.clock.advance(timedelta(minutes=minutes))
        self.codes += 1
        self.plane.network.flow.accounts = list(reach)
        before = self.present()
        code = f"code-{self.codes}" if approves else None
        is_down = self.plane.network.flow.failure is not None
        is_good = approves and who in (None, began) and minutes <= 10 and not is_down
        try:
            self.plane.services.connections.finish(auth_code=code, state=state, finished_by=who)
            assert is_good
        except (MalformedRequest, AdNetworkUnavailable):
            assert not is_good
            assert self.present() == before
        self.replay(state)

    def replay(self, state: str) -> None:
        """The same address a second time changes nothing."""
        before = self.present()
        try:
            self.plane.services.connections.finish(auth_code="again", state=state)
            raise AssertionError("a state worked twice")
        except MalformedRequest:
            assert self.present() == before

    @rule(advertiser=st.sampled_from([ADVERTISER, OTHER_ADVERTISER]))
    def choose(self, advertiser: Advertiser) -> None:
        """Pick an account; only one that the grant reaches is taken."""
        try:
            self.plane.services.connections.choose_advertiser(self.app.id, advertiser.id)
        except (Conflict, InvalidInput, AdNetworkRefused, AdNetworkUnavailable):
            return
        assert self.present().advertiser == advertiser

    @rule(check=st.sampled_from(CredentialCheck), keep=st.booleans())
    def save(self, check: CredentialCheck, keep: bool) -> None:
        """Enter pixel and token, or keep the token."""
        self.plane.network.flow.check = check
        has_token = self.present().events_token is not None
        token = None if keep else f"events-secret-{check}"
        try:
            self.plane.services.connections.save_events_api(
                self.app.id, pixel_id=PIXEL, access_token=token
            )
        except InvalidInput:
            assert keep
            assert not has_token
            return
        assert self.present().can_send is not check.is_refusal

    @rule()
    def sending_is_refused(self) -> None:
        """The network refuses the credential while events go out."""
        rejected = credential_rejected(self.present(), "40105")
        self.plane.store.write(lambda uow: uow.connections.save(rejected))

    @rule(is_down=st.booleans())
    def outage(self, is_down: bool) -> None:
        """The network stops answering, or answers again."""
        failure = AdNetworkUnavailable("no answer") if is_down else None
        self.plane.network.flow.failure = failure

    @rule(what=st.sampled_from(["revoked", "lost", "nothing"]))
    def happens_there(self, what: str) -> None:
        """The grant or an account is lost, time passes, and the worker notices."""
        grants = self.plane.network.flow.grants
        if what == "revoked":
            grants.clear()
        for reach in grants.values():
            if what == "lost" and ADVERTISER in reach:
                reach.remove(ADVERTISER)
        self.plane.clock.advance(EVERY)
        self.plane.services.grants.check_due(every=EVERY)
        connection = self.present()
        if connection.oauth is OAuthState.GRANTED and self.plane.network.flow.failure is None:
            reach = grants[self.plane.secrets.open(connection.oauth_token or "")]
            assert connection.advertiser is None or connection.advertiser in reach

    @rule()
    def disconnect(self) -> None:
        """It ends, whether the network answers or not."""
        self.plane.services.connections.disconnect(self.app.id)
        left = self.present()
        assert (left.oauth_token, left.events_token, left.advertiser) == (None, None, None)
        assert left.status is ConnectionStatus.NOT_CONNECTED

    @invariant()
    def each_step_is_in_the_drawing(self) -> None:
        """From one look to the next, at most one arrow was followed."""
        now = self.present().status
        targets = {edge.target for edge in explored()[1] if edge.source is self.seen}
        assert now is self.seen or now in targets
        self.seen = now

    @invariant()
    def no_secret_is_in_plain(self) -> None:
        """Neither stored nor in an answer."""
        overview = self.plane.services.connections.overview(self.app.id)
        shown = repr((overview.problems, overview.connection))
        assert not any(secret in shown for secret in SECRETS)

    @invariant()
    def what_belongs_to_the_app_stays(self) -> None:
        """The mapping survives every step."""
        rows = self.plane.services.mapping.rows(self.app.id)
        assert any(row.sdk_event == "login" and row.network_event == "Login" for row in rows)

    def teardown(self) -> None:
        """Close the store."""
        self.plane.store.close()
        self._folder.cleanup()


TestConnection = ConnectionMachine.TestCase
TestConnection.settings = settings(
    max_examples=max(5, settings().max_examples // 4), stateful_step_count=30
)
