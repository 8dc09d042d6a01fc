"""Passwords with the real hash, made cheap."""

from __future__ import annotations

import pytest

from appsprint.adapters.passwords.argon2 import Argon2Passwords

PASSWORDS = Argon2Passwords(time_cost=1, memory_kib=64)


@pytest.mark.parametrize("plain", ["a good long password", "pässwörd \U0001f511", "\ud800", ""])
def test_a_hash_matches_its_password_only(plain: str) -> None:
    """Whatever it holds; two hashes of one password differ."""
    stored = PASSWORDS.hash(plain)

    assert PASSWORDS.matches(stored, plain)
    assert not PASSWORDS.matches(stored, f"{plain}x")
    assert PASSWORDS.hash(plain) != stored


@pytest.mark.parametrize("stored", ["", "nonsense", "$argon2id$v=19$m=64,t=1,p=4$x"])
def test_a_broken_hash_matches_nothing(stored: str) -> None:
    """It is a no, not an error."""
    assert not PASSWORDS.matches(stored, "a good long password")


def test_a_hash_of_weaker_settings_is_outdated() -> None:
    """So that it is renewed at the next sign-in."""
    stored = PASSWORDS.hash("a good long password")

    assert not PASSWORDS.is_outdated(stored)
    assert Argon2Passwords(time_cost=2, memory_kib=64).is_outdated(stored)


@pytest.mark.parametrize(
    "plain", ["password12", "qwertyuiop", "1234567890", "ann.example.com", "AppSprint2026"]
)
def test_common_passwords_are_told(plain: str) -> None:
    """From lists, patterns, and what is known of the person."""
    assert PASSWORDS.weakness(plain, about=["ann.example.com", "appsprint"])


def test_an_uncommon_password_is_not() -> None:
    """Nor is a very long one slow to weigh."""
    assert PASSWORDS.weakness("orbit-lentil-vacuum-9", about=["ann@example.com"]) is None
    assert PASSWORDS.weakness("Zq7!" * 60, about=[]) in {
        None,
        PASSWORDS.weakness("Zq7!" * 60, about=[]),
    }
