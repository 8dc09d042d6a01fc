"""How a connection moves from state to state: every change of it is one of these, and pure.

The drawing is ``docs/concepts/connection-states.md``; a test compares it with what these functions
do. None of them touches history, mapping or links, which belong to the app.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from appsprint.domain.connection import (
    Advertiser,
    Connection,
    CredentialCheck,
    EventsApiState,
    OAuthState,
)
from appsprint.errors import Conflict


@dataclass(frozen=True, slots=True)
class CheckedCredential:
    """How a check of a credential ended.

    Attributes:
        message: For people, with the next step.
        reason: The network's own words; None when it had nothing to object.
    """

    check: CredentialCheck
    message: str
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedCredential:
    """A pixel and the sealed token to send to it; ``test_event_code`` None sends live."""

    pixel_id: str
    events_token: str
    test_event_code: str | None


def granted(
    connection: Connection, *, oauth_token: str, reach: Collection[str], at: datetime
) -> Connection:
    """A person approved: the first time, or again.

    The chosen advertiser and the Events API credential stay; an advertiser that the new grant
    does not reach is to be chosen again.

    Args:
        oauth_token: Sealed.
        reach: The ids of the advertisers that the grant reaches. Empty says nothing about reach:
            networks may leave the list out, and the next check finds out.
    """
    known = connection.advertiser
    keeps = known is None or not reach or known.id in reach
    return replace(
        connection,
        oauth=OAuthState.GRANTED,
        oauth_token=oauth_token,
        oauth_error=None,
        connected_at=at,
        advertiser=known if keeps else None,
        last_sync_error=None,
    )


def advertiser_chosen(connection: Connection, advertiser: Advertiser) -> Connection:
    """The ad account to import from; another one is due for import at once.

    Raises:
        Conflict: There is no grant (``not_connected``), or it is lost (``reconnect_needed``).
    """
    require_grant(connection)
    known = connection.advertiser
    if known is not None and known.id == advertiser.id:
        return replace(connection, advertiser=advertiser)
    return replace(connection, advertiser=advertiser, last_sync_at=None, last_sync_error=None)


def credential_saved(
    connection: Connection, credential: SealedCredential, checked: CheckedCredential
) -> Connection:
    """A pixel and a token were entered: events go out with them, unless the network refused."""
    refused = checked.check.is_refusal
    return replace(
        connection,
        events_api=EventsApiState.REJECTED if refused else EventsApiState.READY,
        events_token=credential.events_token,
        events_error=(checked.reason or checked.message) if refused else None,
        events_check=checked.check,
        pixel_id=credential.pixel_id,
        test_event_code=credential.test_event_code,
    )


def credential_rejected(connection: Connection, problem: str) -> Connection:
    """The network refused to take events with the credential; they wait from now on."""
    if connection.events_api is not EventsApiState.READY:
        return connection
    return replace(
        connection, events_api=EventsApiState.REJECTED, events_error=problem, events_check=None
    )


def grant_lost(connection: Connection, problem: str) -> Connection:
    """The grant was revoked, or the advertiser is out of its reach; sending goes on."""
    if connection.oauth is not OAuthState.GRANTED:
        return connection
    return replace(connection, oauth=OAuthState.LOST, oauth_error=problem)


def disconnected(connection: Connection) -> Connection:
    """Every secret erased; the pixel stays, as a suggestion for the next time."""
    return replace(
        connection,
        oauth=OAuthState.NONE,
        oauth_token=None,
        oauth_error=None,
        advertiser=None,
        events_api=EventsApiState.MISSING,
        events_token=None,
        events_error=None,
        events_check=None,
        test_event_code=None,
        connected_at=None,
        last_sync_error=None,
    )


def require_grant(connection: Connection) -> str:
    """The sealed token of a grant that works as far as is known.

    Raises:
        Conflict: There is none (``not_connected``), or it is lost (``reconnect_needed``).
    """
    if connection.oauth is OAuthState.LOST:
        raise Conflict(
            "TikTok no longer accepts this connection: connect TikTok Ads again",
            code="reconnect_needed",
        )
    if connection.oauth_token is None:
        raise Conflict("TikTok Ads is not connected yet: connect it first", code="not_connected")
    return connection.oauth_token
