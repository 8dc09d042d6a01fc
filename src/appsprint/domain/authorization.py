"""An authorisation that was begun here and is finished where the network sends the browser back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from appsprint.domain.ids import AppId
from appsprint.domain.link import AdNetwork

# A person needs minutes to sign in and approve; longer invites replay.
AUTHORIZATION_LIFETIME = timedelta(minutes=10)
# Only so that somebody who comes back late or twice is told which of the two it was.
AUTHORIZATION_KEPT_FOR = timedelta(days=1)
# Who begins on the machine itself has no account, and may finish in any browser.
COMMAND_LINE = "command line"


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorization:
    """One way to the network's page and back.

    Attributes:
        state_hash: SHA-256 of the ``state`` that travels; the state itself is not kept.
        started_by: Who began it: a token's or member's id, or ``COMMAND_LINE``.
        finished_at: When somebody came back with the state, whatever came of it; it is used up
            then. None until then.
    """

    state_hash: str
    app_id: AppId
    network: AdNetwork
    started_by: str
    created_at: datetime
    finished_at: datetime | None = None


class ReturnProblem(StrEnum):
    """Why a way back is refused."""

    UNKNOWN = "unknown"
    USED = "used"
    TOO_OLD = "too_old"
    FOREIGN = "foreign"


def problem_of_return(
    authorization: Authorization | None, *, now: datetime, finished_by: str | None
) -> ReturnProblem | None:
    """Why somebody who comes back must not finish; None when they may.

    Args:
        authorization: The one with the state that came back; None when there is none.
        finished_by: Who the browser is signed in as; None when it is not signed in, which is
            normal after a beginning through the API.
    """
    if authorization is None:
        return ReturnProblem.UNKNOWN
    if authorization.finished_at is not None:
        return ReturnProblem.USED
    if now - authorization.created_at > AUTHORIZATION_LIFETIME:
        return ReturnProblem.TOO_OLD
    if finished_by not in (None, authorization.started_by) and (
        authorization.started_by != COMMAND_LINE
    ):
        return ReturnProblem.FOREIGN
    return None
