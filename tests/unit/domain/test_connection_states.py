"""The states of a connection and the steps between them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from appsprint.domain.connection import (
    Connection,
    ConnectionStatus,
    CredentialCheck,
    EventsApiState,
    OAuthState,
)
from appsprint.domain.connection_states import (
    advertiser_chosen,
    credential_rejected,
    disconnected,
    grant_lost,
    granted,
)
from appsprint.errors import Conflict
from appsprint.testing.builders import NOON, make_connection
from tests.support.connection_machine import (
    BLANK,
    CREDENTIAL,
    FAR,
    NEAR,
    Edge,
    approve,
    explored,
    save,
)

CONNECTIONS = explored()[0]
ACTIVE = make_connection(advertiser=NEAR, connected_at=NOON, last_sync_at=NOON)
(NC, CA, NE, A, TR, RN) = (
    ConnectionStatus.NOT_CONNECTED,
    ConnectionStatus.CHOOSE_ADVERTISER,
    ConnectionStatus.NEEDS_EVENTS_API,
    ConnectionStatus.ACTIVE,
    ConnectionStatus.TOKEN_REJECTED,
    ConnectionStatus.RECONNECT_NEEDED,
)
EDGES = [
    Edge(NC, "approve", CA),
    Edge(NC, "refuse", TR),
    Edge(CA, "choose", NE),
    Edge(CA, "choose", A),
    Edge(CA, "lose", RN),
    Edge(CA, "refuse", TR),
    Edge(CA, "disconnect", NC),
    Edge(NE, "save", A),
    Edge(NE, "approve", CA),
    Edge(NE, "lose", RN),
    Edge(NE, "refuse", TR),
    Edge(NE, "disconnect", NC),
    Edge(A, "approve", CA),
    Edge(A, "lose", RN),
    Edge(A, "refuse", TR),
    Edge(A, "disconnect", NC),
    Edge(TR, "save", NC),
    Edge(TR, "save", CA),
    Edge(TR, "save", A),
    Edge(TR, "save", RN),
    Edge(TR, "disconnect", NC),
    Edge(RN, "approve", CA),
    Edge(RN, "approve", NE),
    Edge(RN, "approve", A),
    Edge(RN, "refuse", TR),
    Edge(RN, "disconnect", NC),
]


def shown(connection: Connection) -> str:
    """A connection's two halves, for the name of a test."""
    advertiser = "none" if connection.advertiser is None else connection.advertiser.name
    return f"{connection.oauth}-{advertiser}-{connection.events_api}"


@pytest.mark.parametrize("edge", EDGES, ids=lambda edge: f"{edge.source} {edge.label}")
def test_each_step_of_the_drawing_can_happen(edge: Edge) -> None:
    """From some connection in the first status, the step leads to the second."""
    assert edge in explored()[1]


def test_no_other_step_can_happen() -> None:
    """Whatever order people and the network choose."""
    assert explored()[1] == set(EDGES)


@pytest.mark.parametrize("connection", CONNECTIONS, ids=shown)
def test_every_state_hangs_together(connection: Connection) -> None:
    """A secret is there exactly where its half needs it, and a reason only where it failed."""
    assert (connection.oauth_token is None) is (connection.oauth is OAuthState.NONE)
    assert (connection.events_token is None) is (connection.events_api is EventsApiState.MISSING)
    assert (connection.oauth_error is None) is (connection.oauth is not OAuthState.LOST)
    assert (connection.events_error is None) is (
        connection.events_api is not EventsApiState.REJECTED
    )
    if connection.oauth is OAuthState.NONE:
        assert connection.advertiser is None
    if connection.status is A:
        assert connection.can_send
        assert connection.can_import


@pytest.mark.parametrize("connection", CONNECTIONS, ids=shown)
def test_disconnecting_always_ends_without_secrets(connection: Connection) -> None:
    """From every state; the pixel stays for the next time, and doing it twice changes nothing."""
    ended = disconnected(connection)

    assert ended == replace(BLANK, pixel_id=connection.pixel_id)
    assert disconnected(ended) == ended


@pytest.mark.parametrize("connection", CONNECTIONS, ids=shown)
def test_every_state_leads_back_to_active(connection: Connection) -> None:
    """Approve, choose, save: no state is a dead end."""
    after = advertiser_chosen(approve(NEAR)(connection), NEAR)

    assert save(CredentialCheck.VALID)(after).status is A


def test_approving_again_keeps_what_still_holds() -> None:
    """The advertiser, the credential and the last import; the old trouble is forgotten."""
    lost = replace(grant_lost(ACTIVE, "revoked"), last_sync_error="revoked")
    later = NOON + timedelta(days=1)

    again = granted(lost, oauth_token="new", reach=[NEAR.id], at=later)

    assert again == replace(ACTIVE, oauth_token="new", connected_at=later)


@pytest.mark.parametrize(
    ("reach", "kept"), [([NEAR.id, FAR.id], NEAR), ([FAR.id], None), ([], NEAR)]
)
def test_an_advertiser_out_of_reach_is_chosen_again(reach: list[str], kept: object) -> None:
    """A grant that tells no advertisers says nothing about reach."""
    after = granted(ACTIVE, oauth_token="new", reach=reach, at=NOON)

    assert after.advertiser == kept
    assert after.events_token == ACTIVE.events_token


def test_another_advertiser_is_due_for_import() -> None:
    """The same one, with what is new about it, is not."""
    renamed = replace(NEAR, name="Nearer")

    assert advertiser_chosen(ACTIVE, renamed) == replace(ACTIVE, advertiser=renamed)
    assert advertiser_chosen(ACTIVE, FAR).last_sync_at is None


@pytest.mark.parametrize(
    ("connection", "code"),
    [(BLANK, "not_connected"), (grant_lost(ACTIVE, "revoked"), "reconnect_needed")],
)
def test_choosing_needs_a_grant(connection: Connection, code: str) -> None:
    """The refusal says which way to go."""
    with pytest.raises(Conflict) as refused:
        advertiser_chosen(connection, NEAR)

    assert refused.value.code == code


@pytest.mark.parametrize("check", CredentialCheck)
def test_what_is_saved_is_saved(check: CredentialCheck) -> None:
    """Whatever the network says; it only decides whether the credential is used."""
    saved = save(check)(ACTIVE)

    assert (saved.pixel_id, saved.events_token) == (CREDENTIAL.pixel_id, CREDENTIAL.events_token)
    assert saved.can_send is not check.is_refusal


def test_only_a_working_half_can_fail() -> None:
    """A rejection or a loss that comes late changes nothing."""
    for connection in (BLANK, credential_rejected(ACTIVE, "first")):
        assert credential_rejected(connection, "second") == connection
    for connection in (BLANK, grant_lost(ACTIVE, "first")):
        assert grant_lost(connection, "second") == connection
