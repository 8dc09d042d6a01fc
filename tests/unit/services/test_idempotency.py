"""Creating calls that are repeated under one key."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from appsprint.errors import ConfigurationError, Conflict, InvalidInput
from appsprint.services.apps import CreatedApp, NewApp
from appsprint.services.creation import Creation
from appsprint.services.idempotency import CreatingCall
from tests.support.control_plane import APP_STORE_URL, ControlPlane

NEW = NewApp(name="Example", platform="ios", store_url=APP_STORE_URL)


def call(
    key: str | None = "k1", *, scope: str = "tok_1 POST /apps", body: bytes = b"{}"
) -> CreatingCall:
    """A creating call."""
    return CreatingCall(scope=scope, key=key, body=body)


def create(plane: ControlPlane, wanted: CreatingCall) -> str:
    """Create an app under the call's key; the answer is its id and its key."""
    return plane.services.idempotency.answer(
        wanted,
        lambda: plane.services.apps.creation(NEW),
        lambda made: f"{made.app.id} {made.plain_key}",
    )


def test_repeat_gets_the_same_answer(plane: ControlPlane) -> None:
    """The second call creates nothing, and shows the new key again."""
    first, second = create(plane, call()), create(plane, call())

    assert first == second
    assert len(plane.services.apps.list()) == 1


def test_calls_without_a_key_are_never_repeats(plane: ControlPlane) -> None:
    """Nothing is kept for them."""
    assert create(plane, call(None)) != create(plane, call(None))


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(call("k2"), id="another key"),
        pytest.param(call(scope="tok_2 POST /apps"), id="another caller"),
        pytest.param(call(scope="tok_1 POST /tokens"), id="another route"),
    ],
)
def test_other_keys_callers_and_routes_do_not_meet(
    plane: ControlPlane, other: CreatingCall
) -> None:
    """A key means something only where it was used."""
    assert create(plane, call()) != create(plane, other)


def test_another_body_under_the_key_is_a_conflict(plane: ControlPlane) -> None:
    """The caller made a mistake; creating or repeating would hide it."""
    create(plane, call())

    with pytest.raises(Conflict) as caught:
        create(plane, call(body=b'{"name":"other"}'))

    assert caught.value.code == "idempotency_key_reused"
    assert len(plane.services.apps.list()) == 1


def test_answer_is_kept_for_a_day(plane: ControlPlane) -> None:
    """Up to the last instant of 24 hours it is a repeat, then it is a new call."""
    first = create(plane, call())
    plane.clock.advance(timedelta(hours=24) - timedelta(milliseconds=1))
    assert create(plane, call()) == first

    plane.clock.advance(timedelta(milliseconds=1))
    later = create(plane, call(body=b'{"name":"other"}'))

    assert later != first
    assert create(plane, call(body=b'{"name":"other"}')) == later


def test_upkeep_forgets_what_ran_out(plane: ControlPlane) -> None:
    """Old answers do not stay in the store."""
    create(plane, call())
    assert plane.services.access.forget_old_answers() == 0

    plane.clock.advance(timedelta(days=2))

    assert plane.services.access.forget_old_answers() == 1


def test_failed_call_keeps_nothing(plane: ControlPlane) -> None:
    """It can be corrected and sent again under its key."""

    def refuse() -> Creation[CreatedApp]:
        return plane.services.apps.creation(NewApp(name="", platform="ios", store_url=""))

    with pytest.raises(InvalidInput):
        plane.services.idempotency.answer(call(), refuse, lambda made: made.app.id)

    assert create(plane, call(body=b'{"corrected":true}'))


def test_answer_that_cannot_be_rendered_creates_nothing(plane: ControlPlane) -> None:
    """What is created and what is kept are one commit."""

    def fail(made: CreatedApp) -> str:
        raise ConfigurationError(made.app.id)

    with pytest.raises(ConfigurationError):
        plane.services.idempotency.answer(call(), lambda: plane.services.apps.creation(NEW), fail)

    assert plane.services.apps.list() == []


def test_kept_answer_is_sealed(plane: ControlPlane) -> None:
    """A new API key is nowhere in the store in plain text."""
    _, plain_key = create(plane, call()).split()

    kept = plane.store.read(lambda uow: uow.access.kept_answer(call().scope, "k1"))

    assert kept is not None
    assert plain_key not in kept.sealed_body


def test_simultaneous_repeats_create_once(plane: ControlPlane) -> None:
    """Eight calls at one instant, each past the first look-up, bring one app."""
    all_prepared = threading.Barrier(8)

    def prepare() -> Creation[CreatedApp]:
        creation = plane.services.apps.creation(NEW)
        all_prepared.wait(timeout=30)
        return creation

    def one(_: int) -> str:
        return plane.services.idempotency.answer(call(), prepare, lambda made: made.plain_key)

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(one, range(8)))

    assert len(answers) == 1
    assert len(plane.services.apps.list()) == 1


@pytest.mark.parametrize("key", ["", "x" * 256, "with\nnewline", "schlüssel"])
def test_unusable_keys_are_refused(plane: ControlPlane, key: str) -> None:
    """A key is 1 to 255 printable ASCII characters."""
    with pytest.raises(InvalidInput) as caught:
        create(plane, call(key))

    assert caught.value.problems[0].field == "Idempotency-Key"
    assert plane.services.apps.list() == []
