"""The one-time set-up of a new server."""

from __future__ import annotations

import pytest

from appsprint.config import Secret
from appsprint.domain.access import Role
from appsprint.domain.audit import ActorKind, AuditAction
from appsprint.errors import Conflict, InvalidInput, NotFound
from tests.support.control_plane import ControlPlane

EMAIL, PASSWORD = "ann@example.com", "a good long password"


def test_setup_makes_the_first_owner_once(plane: ControlPlane) -> None:
    """The one-time link works once, and who used it is in the audit log."""
    setup = plane.services.setup
    assert setup.is_needed()
    secret = setup.begin()
    assert setup.begin() == secret
    assert setup.is_open(secret)

    owner = setup.make_owner(secret, email=f" {EMAIL.title()} ", password=PASSWORD)

    assert (owner.email, owner.role, owner.app_ids) == (EMAIL, Role.OWNER, None)
    assert not setup.is_needed()
    assert not setup.is_open(secret)
    with pytest.raises(NotFound):
        setup.make_owner(secret, email=EMAIL, password=PASSWORD)
    [told] = plane.services.audit.page(None, read_by=owner)
    assert told.entry.action is AuditAction.SERVER_SET_UP
    assert (told.entry.actor.kind, told.entry.actor.name) == (ActorKind.MEMBER, EMAIL)


def test_a_script_gets_a_token_instead(plane: ControlPlane) -> None:
    """An owner's, shown once; then the link is used up."""
    setup = plane.services.setup
    secret = setup.begin()

    plain = setup.make_token(secret)

    assert plane.services.access.authenticate(plain).role is Role.OWNER
    assert not setup.is_needed()
    with pytest.raises(NotFound):
        setup.make_token(secret)


@pytest.mark.parametrize("guess", ["", "guess", "ä", "\ud800"])
def test_setup_needs_its_secret(plane: ControlPlane, guess: str) -> None:
    """A guess makes no owner, before and while a set-up is open."""
    setup = plane.services.setup
    with pytest.raises(NotFound):
        setup.make_token(guess)
    setup.begin()

    with pytest.raises(NotFound):
        setup.make_owner(guess, email=EMAIL, password=PASSWORD)
    assert setup.is_needed()


def test_setup_is_refused_when_an_owner_came_another_way(plane: ControlPlane) -> None:
    """An open link does not outlive the first owner."""
    secret = plane.services.setup.begin()
    plane.services.access.seed_owner(Secret("a-token-of-the-operator"))

    with pytest.raises(Conflict):
        plane.services.setup.make_owner(secret, email=EMAIL, password=PASSWORD)


def test_every_mistake_is_told_and_the_link_stays_good(plane: ControlPlane) -> None:
    """An address that is none and a password that is guessed, both at once."""
    secret = plane.services.setup.begin()

    with pytest.raises(InvalidInput) as caught:
        plane.services.setup.make_owner(secret, email="ann", password="weak password")

    assert [one.field for one in caught.value.problems] == ["email", "password"]
    assert plane.services.setup.is_open(secret)
