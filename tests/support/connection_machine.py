"""Every state that a connection can be in, and every step between them, found by trying."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from functools import cache
from typing import NamedTuple

from appsprint.domain.connection import Advertiser, Connection, ConnectionStatus, CredentialCheck
from appsprint.domain.connection_states import (
    CheckedCredential,
    SealedCredential,
    advertiser_chosen,
    credential_rejected,
    credential_saved,
    disconnected,
    grant_lost,
    granted,
)
from appsprint.domain.link import AdNetwork
from appsprint.errors import Conflict
from appsprint.testing.builders import APP_ID, NOON

BLANK = Connection(app_id=APP_ID, network=AdNetwork.TIKTOK)
NEAR = Advertiser(id="7001", name="Near")
FAR = Advertiser(id="7002", name="Far")
CREDENTIAL = SealedCredential(pixel_id="C0PIXEL", events_token="sealed", test_event_code=None)

Step = Callable[[Connection], Connection]


class Edge(NamedTuple):
    """One arrow of the drawing."""

    source: ConnectionStatus
    label: str
    target: ConnectionStatus


def save(check: CredentialCheck) -> Step:
    """Enter a credential of which the network says this."""
    return lambda now: credential_saved(now, CREDENTIAL, CheckedCredential(check, "words"))


def approve(*reach: Advertiser) -> Step:
    """Approve with an account that reaches these advertisers."""
    ids = [advertiser.id for advertiser in reach]
    return lambda now: granted(now, oauth_token="sealed", reach=ids, at=NOON)


# Steps by the word that the drawing has for them; several can share one.
STEPS: Mapping[str, tuple[Step, ...]] = {
    "approve": (approve(NEAR, FAR), approve(FAR), approve()),
    "choose": (lambda now: advertiser_chosen(now, NEAR), lambda now: advertiser_chosen(now, FAR)),
    "save": (save(CredentialCheck.VALID), save(CredentialCheck.NOT_CHECKABLE)),
    "refuse": (
        save(CredentialCheck.TOKEN_REJECTED),
        save(CredentialCheck.WRONG_PIXEL),
        lambda now: credential_rejected(now, "40105"),
    ),
    "lose": (lambda now: grant_lost(now, "40105"),),
    "disconnect": (disconnected,),
}


@cache
def explored() -> tuple[tuple[Connection, ...], frozenset[Edge]]:
    """Every reachable connection, and every arrow between two different statuses."""
    seen, waiting, edges = [BLANK], deque([BLANK]), set()
    while waiting:
        now = waiting.popleft()
        for label, steps in STEPS.items():
            for step in steps:
                after = tried(step, now)
                edges.add(Edge(now.status, label, after.status))
                if after not in seen:
                    seen.append(after)
                    waiting.append(after)
    return tuple(seen), frozenset(edge for edge in edges if edge.source is not edge.target)


def tried(step: Step, now: Connection) -> Connection:
    """What a step makes of a connection; the same one when the step is refused."""
    try:
        return step(now)
    except Conflict:
        return now
