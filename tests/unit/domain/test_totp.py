"""One-time passwords against the numbers of the standard."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from appsprint.domain.totp import accepted_step, code_at, provisioning_uri, step_at

SECRET = b"12345678901234567890"


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    """RFC 6238, appendix B, the last six of its eight digits."""
    now = datetime.fromtimestamp(seconds, UTC)

    assert code_at(SECRET, step_at(now)) == code
    assert accepted_step(SECRET, code, now, after=0) == seconds // 30


@pytest.mark.parametrize(("steps", "taken"), [(-2, False), (-1, True), (1, True), (2, False)])
def test_a_clock_may_be_one_step_off(steps: int, taken: bool) -> None:
    """Half a minute early or late is how phones are."""
    now = datetime(2026, 3, 29, 12, tzinfo=UTC)
    code = code_at(SECRET, step_at(now + timedelta(seconds=30 * steps)))

    assert (accepted_step(SECRET, code, now, after=0) is not None) is taken


@pytest.mark.parametrize("typed", ["", "28708", "2870822", "abcdef", "２８７０８２", "\ud800"])
def test_anything_else_is_refused(typed: str) -> None:
    """Whatever is typed."""
    now = datetime.fromtimestamp(59, UTC)

    assert accepted_step(SECRET, typed, now, after=0) is None


def test_a_used_step_is_refused() -> None:
    """And every step before it."""
    now = datetime.fromtimestamp(59, UTC)

    assert accepted_step(SECRET, "287082", now, after=1) is None


def test_the_uri_names_account_and_issuer() -> None:
    """As authenticator apps read it; special characters are escaped."""
    uri = provisioning_uri(SECRET, account="a+b@example.com", issuer="App Sprint")

    assert uri == (
        "otpauth://totp/App%20Sprint:a%2Bb%40example.com"
        "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=App%20Sprint"
    )
