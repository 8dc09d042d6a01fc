"""Signing in, staying signed in, and the brakes on guessing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from appsprint.errors import NotAuthenticated, RateLimited
from appsprint.services.sessions import (
    MOST_FAILURES_OF_ADDRESS,
    MOST_FAILURES_OF_MEMBER,
    Credentials,
)
from appsprint.services.throttle import Throttle
from tests.support.control_plane import ControlPlane, StandingClock

EMAIL, PASSWORD = "ann@example.com", "a good long password"


def join(plane: ControlPlane) -> None:
    """Ann becomes a member."""
    _, secret = plane.services.members.invite(EMAIL, "owner")
    plane.services.members.accept(secret, PASSWORD)


def sign_in(
    plane: ControlPlane,
    password: str = PASSWORD,
    *,
    email: str = EMAIL,
    address: str = "192.0.2.1",
) -> str:
    """A session's secret."""
    given = Credentials(email=email, password=password, client_address=address)
    return plane.services.sessions.sign_in(given)


def test_every_sign_in_has_a_secret_of_its_own(plane: ControlPlane) -> None:
    """Only hashes of them are stored."""
    join(plane)

    secrets = {sign_in(plane), sign_in(plane)}

    assert len(secrets) == 2
    for secret in secrets:
        signed_in = plane.services.sessions.authenticate(secret)
        assert signed_in is not None
        assert signed_in.member.email == EMAIL
        assert secret not in signed_in.session.secret_hash


@pytest.mark.parametrize("secret", ["", "guess", "x" * 513, "ä", "\ud800"])
def test_other_texts_are_nobodys(plane: ControlPlane, secret: str) -> None:
    """None is the answer, whatever the text holds."""
    join(plane)

    assert plane.services.sessions.authenticate(secret) is None


def test_signing_out_ends_the_session_on_the_server(plane: ControlPlane) -> None:
    """A cookie that was copied before is worth nothing; others stay."""
    join(plane)
    here, there = sign_in(plane), sign_in(plane)

    plane.services.sessions.sign_out(here)

    assert plane.services.sessions.authenticate(here) is None
    assert plane.services.sessions.authenticate(there) is not None


def test_a_session_ends_when_it_is_not_used(plane: ControlPlane) -> None:
    """After a day without use (the default), to the instant; use moves the end."""
    join(plane)
    secret, sessions = sign_in(plane), plane.services.sessions
    almost = timedelta(days=1) - timedelta(milliseconds=1)
    for _ in range(2):
        plane.clock.advance(almost)
        assert sessions.authenticate(secret) is not None

    plane.clock.advance(timedelta(days=1))

    assert sessions.authenticate(secret) is None
    assert sessions.forget_over() == 1


def test_a_session_ends_in_any_case(plane: ControlPlane) -> None:
    """After fourteen days (the default), however busy it was."""
    join(plane)
    secret = sign_in(plane)
    for _ in range(27):
        plane.clock.advance(timedelta(hours=12))
        assert plane.services.sessions.authenticate(secret) is not None

    plane.clock.advance(timedelta(hours=12))

    assert plane.services.sessions.authenticate(secret) is None


@pytest.mark.parametrize(("email", "password"), [(EMAIL, "wrong"), ("bob@example.com", PASSWORD)])
def test_a_refusal_does_not_say_what_was_wrong(
    plane: ControlPlane, email: str, password: str
) -> None:
    """A stranger and a wrong password get the same words."""
    join(plane)

    with pytest.raises(NotAuthenticated) as caught:
        sign_in(plane, password, email=email)

    assert caught.value.message == ("the e-mail address, the password or the code is not right")


def test_guessing_at_a_member_is_slowed_down(plane: ControlPlane) -> None:
    """From anywhere; even the right password has to wait, then it works again."""
    join(plane)
    for number in range(MOST_FAILURES_OF_MEMBER):
        with pytest.raises(NotAuthenticated):
            sign_in(plane, "wrong", address=f"192.0.2.{number}")

    with pytest.raises(RateLimited, match="wait 15 min"):
        sign_in(plane, address="198.51.100.1")
    plane.clock.advance(timedelta(minutes=15))
    assert sign_in(plane)


def test_guessing_from_an_address_is_slowed_down(plane: ControlPlane) -> None:
    """Whoever it guesses at; others are not kept out."""
    join(plane)
    for number in range(MOST_FAILURES_OF_ADDRESS):
        with pytest.raises(NotAuthenticated):
            sign_in(plane, email=f"p{number}@example.com")

    with pytest.raises(RateLimited):
        sign_in(plane)
    assert sign_in(plane, address="198.51.100.1")


def test_a_right_password_forgives_the_wrong_ones(plane: ControlPlane) -> None:
    """Somebody who mistypes now and then is never kept out."""
    join(plane)
    for _ in range(3):
        for _ in range(MOST_FAILURES_OF_MEMBER - 1):
            with pytest.raises(NotAuthenticated):
                sign_in(plane, "wrong")
        assert sign_in(plane)
        plane.clock.advance(timedelta(minutes=16))


def test_the_throttle_does_not_grow_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is old is forgotten first; where nothing is old, one key makes room for the next."""
    monkeypatch.setattr("appsprint.services.throttle._MOST_KEYS", 3)
    clock = StandingClock()
    throttle = Throttle(clock=clock, most=1)
    for key in ("a", "b", "c", "d"):
        throttle.note_failure(key)

    throttle.check("a")
    with pytest.raises(RateLimited):
        throttle.check("d")
