"""An ad network that lives in memory: it grants, lists accounts, and can be told to fail."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from appsprint.adapters.networks.tiktok.event_names import TikTokEventNames
from appsprint.adapters.networks.tiktok.macros import TikTokLinks
from appsprint.domain.connection import Advertiser, CredentialCheck, Pixel
from appsprint.domain.connection_states import CheckedCredential
from appsprint.domain.cost import AdEntity, CostRow
from appsprint.domain.delivery import DeadReason, DeliverableEvent, Delivered, NetworkAnswer
from appsprint.domain.link import AdNetwork
from appsprint.errors import AdNetworkRefused, ConnectionRevoked
from appsprint.ports.ad_network import CostQuery, EventsCredential, Grant, SendResult

ADVERTISER = Advertiser(
    id="7000000000001", name="Example EU", currency="EUR", time_zone="Europe/Berlin"
)
OTHER_ADVERTISER = Advertiser(
    id="7000000000002", name="Example US", currency="USD", time_zone="America/New_York"
)

PIXEL = Pixel("CQ6FR3RC77U6L0AM21H0", "Example web", is_owned=True)


@dataclass
class FakeFlow:
    """The port ``ConnectionFlow``: codes are good once, grants end when they are revoked.

    Attributes:
        configured: Whether the operator has a developer app.
        accounts: What a new grant reaches.
        failure: Raised by every call while it is set.
        meanwhile: Runs once, during the next listing of advertisers.
        web_sources: The pixels of every account.
        hides_pixels: Whether grants come without the right to list pixels.
        check: What it says of every credential.
        checked: The credentials it was asked about.
    """

    configured: bool = True
    accounts: list[Advertiser] = field(default_factory=lambda: [ADVERTISER, OTHER_ADVERTISER])
    failure: Exception | None = None
    meanwhile: Callable[[], object] | None = None
    used_codes: set[str] = field(default_factory=set)
    grants: dict[str, list[Advertiser]] = field(default_factory=dict)
    web_sources: list[Pixel] = field(default_factory=lambda: [PIXEL])
    hides_pixels: bool = False
    check: CredentialCheck = CredentialCheck.VALID
    checked: list[EventsCredential] = field(default_factory=list)

    def is_configured(self) -> bool:
        return self.configured

    def authorize_url(self, *, state: str, redirect_uri: str) -> str:
        return f"https://network.example/authorize?state={state}&redirect_uri={redirect_uri}"

    def exchange(self, auth_code: str) -> Grant:
        self._fail()
        if auth_code in self.used_codes:
            raise AdNetworkRefused("the code was used already", network_code=40110)
        self.used_codes.add(auth_code)
        token = f"grant-{hashlib.sha256(auth_code.encode()).hexdigest()[:12]}"
        self.grants[token] = list(self.accounts)
        return Grant(
            access_token=token, advertiser_ids=tuple(account.id for account in self.accounts)
        )

    def advertisers(self, access_token: str) -> Sequence[Advertiser]:
        self._fail()
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile()
        return self._granted(access_token)

    def reach(self, access_token: str) -> frozenset[str]:
        return frozenset(account.id for account in self.advertisers(access_token))

    def pixels(self, access_token: str, advertiser_id: str) -> Sequence[Pixel]:
        self._fail()
        if self.hides_pixels or advertiser_id not in self.reach(access_token):
            raise ConnectionRevoked("no permission", network_code=40001)
        return self.web_sources

    def check_credential(self, credential: EventsCredential) -> CheckedCredential:
        self.checked.append(credential)
        return CheckedCredential(self.check, f"it is {self.check}")

    def revoke(self, access_token: str) -> None:
        self._fail()
        self.grants.pop(access_token, None)

    def _granted(self, access_token: str) -> list[Advertiser]:
        if access_token not in self.grants:
            raise ConnectionRevoked("the access token is revoked", network_code=40102)
        return self.grants[access_token]

    def _fail(self) -> None:
        if self.failure is not None:
            raise self.failure


@dataclass
class FakeSender:
    """The port ``EventSender``: takes everything, and remembers it."""

    sent: list[bytes] = field(default_factory=list)

    def max_batch(self) -> int:
        return 1000

    def refuse_locally(self, event: DeliverableEvent, *, now: object) -> DeadReason | None:
        del event, now
        return None

    def payload(self, event: DeliverableEvent) -> bytes:
        return b'{"event_id":"%s"}' % event.network_event_id.encode()

    def send(self, credential: EventsCredential, payloads: Sequence[bytes]) -> SendResult:
        del credential
        self.sent.extend(payloads)
        answer = NetworkAnswer(
            http_status=200, code=0, message="OK", request_id="req-1", duration_ms=5
        )
        return SendResult(answer, Delivered())


@dataclass
class FakeCosts:
    """The port ``CostImporter``: an account with what it was given."""

    flow: FakeFlow
    listed: list[AdEntity] = field(default_factory=list)
    rows: list[CostRow] = field(default_factory=list)

    def advertiser(self, access_token: str, advertiser_id: str) -> Advertiser:
        found = self.flow.advertisers(access_token)
        return next(account for account in found if account.id == advertiser_id)

    def entities(self, access_token: str, advertiser_id: str) -> Iterator[Sequence[AdEntity]]:
        self.advertiser(access_token, advertiser_id)
        yield self.listed

    def daily_costs(
        self, access_token: str, advertiser_id: str, query: CostQuery
    ) -> Iterator[Sequence[CostRow]]:
        self.advertiser(access_token, advertiser_id)
        yield [
            row
            for row in self.rows
            if row.part is query.part and query.start_on <= row.day_on <= query.end_on
        ]


class FakeNetwork:
    """The port ``AdNetworkAdapter``; links and names are TikTok's own, which are pure."""

    def __init__(self) -> None:
        self.flow = FakeFlow()
        self.sender = FakeSender()
        self.costs = FakeCosts(self.flow)
        self.links = TikTokLinks()
        self.event_names = TikTokEventNames()

    @property
    def network(self) -> AdNetwork:
        """Which network it stands for."""
        return AdNetwork.TIKTOK
