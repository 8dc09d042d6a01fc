"""Who may come back with a state, and when."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from appsprint.domain.authorization import (
    COMMAND_LINE,
    Authorization,
    ReturnProblem,
    problem_of_return,
)
from appsprint.domain.link import AdNetwork
from appsprint.testing.builders import APP_ID, NOON

BEGUN = Authorization(
    state_hash="hash",
    app_id=APP_ID,
    network=AdNetwork.TIKTOK,
    started_by="tok_1",
    created_at=NOON,
)
LAST_INSTANT = NOON + timedelta(minutes=10)
TOO_LATE = LAST_INSTANT + timedelta(microseconds=1)
USED = replace(BEGUN, finished_at=NOON)


@pytest.mark.parametrize(
    ("authorization", "now", "finished_by", "problem"),
    [
        pytest.param(None, NOON, "tok_1", ReturnProblem.UNKNOWN, id="never begun"),
        pytest.param(BEGUN, NOON, "tok_1", None, id="who began"),
        pytest.param(BEGUN, NOON, None, None, id="a browser that is not signed in"),
        pytest.param(BEGUN, NOON, "tok_2", ReturnProblem.FOREIGN, id="somebody else"),
        pytest.param(BEGUN, NOON, "", ReturnProblem.FOREIGN, id="a nameless one"),
        pytest.param(BEGUN, LAST_INSTANT, "tok_1", None, id="last instant"),
        pytest.param(BEGUN, TOO_LATE, "tok_1", ReturnProblem.TOO_OLD, id="too late"),
        pytest.param(USED, NOON, "tok_1", ReturnProblem.USED, id="a second time"),
        pytest.param(USED, TOO_LATE, "tok_2", ReturnProblem.USED, id="used counts first"),
        pytest.param(
            replace(BEGUN, started_by=COMMAND_LINE), NOON, "tok_1", None, id="begun on the machine"
        ),
    ],
)
def test_who_may_finish(
    authorization: Authorization | None,
    now: datetime,
    finished_by: str | None,
    problem: ReturnProblem | None,
) -> None:
    """Once, within ten minutes, and only who began, as far as the browser is known."""
    assert problem_of_return(authorization, now=now, finished_by=finished_by) is problem
