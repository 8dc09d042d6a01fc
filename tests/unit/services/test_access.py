"""API tokens."""

from __future__ import annotations

import pytest

from appsprint.config import Secret
from appsprint.domain.access import Role
from appsprint.domain.ids import TokenId
from appsprint.errors import (
    ConfigurationError,
    Conflict,
    InvalidInput,
    NotAllowed,
    NotAuthenticated,
    NotFound,
)
from appsprint.services.members import MemberChanges
from tests.support.control_plane import ControlPlane

PASSWORD = "a good long password"
ADMIN = Secret("a-token-of-the-operator")


def test_new_token_authenticates(plane: ControlPlane) -> None:
    """The plain text that was given once is the credential."""
    token, plain = plane.services.access.create_token("CI", "editor")

    assert plain.startswith("ast_")
    assert plane.services.access.authenticate(plain) == token
    assert plain not in token.token_hash


@pytest.mark.parametrize("bearer", ["", "ast_unknown", "x" * 513, "ünï\x00", "\ud800"])
def test_other_texts_do_not_authenticate(plane: ControlPlane, bearer: str) -> None:
    """A text that was never given out is refused, whatever it holds."""
    plane.services.access.create_token("CI", "editor")

    with pytest.raises(NotAuthenticated):
        plane.services.access.authenticate(bearer)


def test_revoked_token_stops_working(plane: ControlPlane) -> None:
    """Revoking takes effect at once, and doing it again is no error."""
    access = plane.services.access
    token, plain = access.create_token("CI", "editor")

    access.revoke_token(token.id)
    access.revoke_token(token.id)

    with pytest.raises(NotAuthenticated, match="revoked"):
        access.authenticate(plain)


def test_unknown_token_cannot_be_revoked(plane: ControlPlane) -> None:
    """Ending what is not there is told."""
    with pytest.raises(NotFound):
        plane.services.access.revoke_token(TokenId("tok_none"))


def test_last_owner_cannot_be_revoked(plane: ControlPlane) -> None:
    """Somebody can always manage the server; limited owners do not count."""
    access = plane.services.access
    app = plane.ios_app()
    owner, _ = access.create_token("Ann", "owner")
    access.create_token("Bob", "owner", [app.id])

    with pytest.raises(Conflict) as caught:
        access.revoke_token(owner.id)
    assert caught.value.code == "last_owner_token"

    access.create_token("Cleo", "owner")
    access.revoke_token(owner.id)


def test_every_problem_of_a_token_is_told(plane: ControlPlane) -> None:
    """Name, role and apps are checked together."""
    with pytest.raises(InvalidInput) as caught:
        plane.services.access.create_token("", "king", ["app_none"])

    assert [problem.field for problem in caught.value.problems] == ["name", "role", "app_ids"]


def test_empty_list_of_apps_is_refused(plane: ControlPlane) -> None:
    """A token for no app at all is a mistake, not a limit."""
    with pytest.raises(InvalidInput, match="at least one app"):
        plane.services.access.create_token("CI", "viewer", [])


def test_limited_owner_passes_on_no_more_than_its_reach(plane: ControlPlane) -> None:
    """A token cannot make a token that reaches further than itself."""
    access = plane.services.access
    own, other = plane.ios_app(), plane.ios_app()
    limited, _ = access.create_token("Agency", "owner", [own.id])

    made, _ = access.create_token("Intern", "viewer", [own.id, own.id], granted_by=limited)
    assert made.app_ids == (own.id,)
    with pytest.raises(NotAllowed):
        access.create_token("All", "viewer", None, granted_by=limited)
    with pytest.raises(InvalidInput, match="no app"):
        access.create_token("Other", "viewer", [other.id], granted_by=limited)


def test_limited_owner_sees_and_ends_only_tokens_within_its_reach(plane: ControlPlane) -> None:
    """Tokens of other apps are invisible to it."""
    access = plane.services.access
    own = plane.ios_app()
    everything, _ = access.create_token("Ann", "owner")
    limited, _ = access.create_token("Agency", "owner", [own.id])

    assert [token.id for token in access.list_tokens(within=limited)] == [limited.id]
    assert len(access.list_tokens()) == 2
    with pytest.raises(NotFound):
        access.revoke_token(everything.id, revoked_by=limited)


def test_seeding_twice_changes_nothing(plane: ControlPlane) -> None:
    """The operator's token is an owner's, however often the server starts."""
    access = plane.services.access

    access.seed_owner(ADMIN)
    access.seed_owner(ADMIN)

    assert access.authenticate(ADMIN.reveal()).role is Role.OWNER
    assert len(access.list_tokens()) == 1
    assert not plane.services.setup.is_needed()


def test_seeded_token_that_was_revoked_stays_revoked(plane: ControlPlane) -> None:
    """A start of the server does not undo what an owner decided."""
    access = plane.services.access
    access.seed_owner(ADMIN)
    access.create_token("Ann", "owner")
    access.revoke_token(access.authenticate(ADMIN.reveal()).id)

    access.seed_owner(ADMIN)

    with pytest.raises(NotAuthenticated):
        access.authenticate(ADMIN.reveal())


@pytest.mark.parametrize("text", ["short", "x" * 513, "with a space in it", "zeichen-äöü-äöü-äöü"])
def test_seed_that_cannot_be_a_token_is_refused(plane: ControlPlane, text: str) -> None:
    """A weak or unusable admin token stops the start, without showing itself."""
    with pytest.raises(ConfigurationError) as caught:
        plane.services.access.seed_owner(Secret(text))

    assert text not in caught.value.message


def test_a_token_may_do_no_more_than_its_member(plane: ControlPlane) -> None:
    """In role and reach, as they are now; removing the member ends it."""
    access, members = plane.services.access, plane.services.members
    members.accept(members.invite("bob@example.com", "owner")[1], PASSWORD)
    app = plane.ios_app()
    secret = members.invite("ann@example.com", "owner")[1]
    ann = members.accept(secret, PASSWORD)
    token, plain = access.create_token("CI", "owner", granted_by=ann)
    _, further = access.create_token("Child", "editor", granted_by=token)
    assert access.authenticate(plain).is_full_owner

    members.change(ann.id, MemberChanges(role="viewer", app_ids=[app.id]))

    now = access.authenticate(plain)
    assert (now.role, now.app_ids) == (Role.VIEWER, (app.id,))
    members.remove(ann.id)
    for bearer in (plain, further):
        with pytest.raises(NotAuthenticated):
            access.authenticate(bearer)
    assert [one.revoked_at is None for one in access.list_tokens()] == [False, False]


def test_the_last_owners_own_tokens_do_not_count(plane: ControlPlane) -> None:
    """They would end with the member."""
    access, members = plane.services.access, plane.services.members
    ann = members.accept(members.invite("ann@example.com", "owner")[1], PASSWORD)
    access.create_token("CI", "owner", granted_by=ann)

    with pytest.raises(Conflict):
        members.remove(ann.id)
    access.create_token("Operator's", "owner")
    members.remove(ann.id)
