"""Members: invitations, roles, passwords and second factors."""

from __future__ import annotations

from datetime import timedelta

import pytest

from appsprint.domain.access import Role
from appsprint.domain.audit import AuditAction
from appsprint.domain.ids import MemberId
from appsprint.domain.member import Member
from appsprint.domain.totp import code_at, step_at
from appsprint.errors import Conflict, InvalidInput, NotAllowed, NotAuthenticated, NotFound
from appsprint.services.members import MemberChanges
from appsprint.services.sessions import Credentials
from tests.support.control_plane import ControlPlane

PASSWORD = "a good long password"


def join(
    plane: ControlPlane, email: str = "ann@example.com", role: str = "owner", **limits: object
) -> Member:
    """A member who used their invitation."""
    members = plane.services.members
    _, secret = members.invite(email, role, **limits)  # type: ignore[arg-type]
    return members.accept(secret, PASSWORD)


def sign_in(
    plane: ControlPlane, email: str = "ann@example.com", password: str = PASSWORD, code: str = ""
) -> str:
    """A session's secret."""
    return plane.services.sessions.sign_in(
        Credentials(email=email, password=password, code=code, client_address="192.0.2.1")
    )


def test_an_invitation_is_for_choosing_a_password_once(plane: ControlPlane) -> None:
    """Before that nobody signs in; afterwards the link is worth nothing."""
    members = plane.services.members
    invited, secret = members.invite("Ann@Example.com ", "editor")
    with pytest.raises(NotAuthenticated):
        sign_in(plane)

    assert members.invited(secret) == invited
    joined = members.accept(secret, PASSWORD)

    assert (joined.email, joined.role) == ("ann@example.com", Role.EDITOR)
    assert sign_in(plane)
    with pytest.raises(NotFound):
        members.accept(secret, "another good password")


def test_an_invitation_ends_after_a_week(plane: ControlPlane) -> None:
    """Seven days to the instant; a new one ends the old one at once."""
    members = plane.services.members
    member, first = members.invite("ann@example.com", "viewer")
    _, second = members.invite_again(member.id)

    with pytest.raises(NotFound):
        members.invited(first)
    plane.clock.advance(timedelta(days=7) - timedelta(milliseconds=1))
    assert members.invited(second) == member
    plane.clock.advance(timedelta(milliseconds=1))
    with pytest.raises(NotFound):
        members.invited(second)


def test_one_address_is_one_member(plane: ControlPlane) -> None:
    """Whatever its capitals; once removed, the person can come back."""
    members = plane.services.members
    first, _ = members.invite("ann@example.com", "viewer")

    with pytest.raises(Conflict):
        members.invite("ANN@example.com", "viewer")
    members.remove(first.id)
    again, _ = members.invite("ann@example.com", "viewer")

    assert [one.id for one in members.list()] == [again.id]


@pytest.mark.parametrize("email", ["", "ann", "ann@", "@example.com", "a b@example.com", "a@b"])
def test_what_is_no_address_is_refused(plane: ControlPlane, email: str) -> None:
    """Told for the field; a wrong role is told at the same time."""
    with pytest.raises(InvalidInput) as caught:
        plane.services.members.invite(email, "king")

    assert [one.field for one in caught.value.problems] == ["email", "role"]


@pytest.mark.parametrize("password", ["", "short", "weak but long enough", "x" * 257])
def test_a_bad_password_is_refused(plane: ControlPlane, password: str) -> None:
    """Too short, too long, or easily guessed; the invitation stays good."""
    members = plane.services.members
    _, secret = members.invite("ann@example.com", "viewer")

    with pytest.raises(InvalidInput) as caught:
        members.accept(secret, password)

    assert [one.field for one in caught.value.problems] == ["password"]
    assert members.invited(secret).email == "ann@example.com"


def test_nobody_grants_more_than_their_own_reach(plane: ControlPlane) -> None:
    """An owner of one app invites for that app only, and sees nobody else."""
    one, other = plane.make_app().app, plane.make_app().app
    join(plane)
    limited = join(plane, "bob@example.com", app_ids=[one.id])
    members = plane.services.members

    with pytest.raises(NotAllowed):
        members.invite("eve@example.com", "viewer", granted_by=limited)
    with pytest.raises(InvalidInput):
        members.invite("eve@example.com", "viewer", [other.id], granted_by=limited)
    members.invite("eve@example.com", "viewer", [one.id], granted_by=limited)

    seen = [member.email for member in members.list(within=limited)]
    assert seen == ["bob@example.com", "eve@example.com"]
    with pytest.raises(NotFound):
        members.remove(members.list()[0].id, removed_by=limited)


def test_the_last_owner_stays(plane: ControlPlane) -> None:
    """Neither removed nor made less, until there is another owner, be it a token."""
    ann, members = join(plane), plane.services.members

    with pytest.raises(Conflict):
        members.remove(ann.id)
    with pytest.raises(Conflict):
        members.change(ann.id, MemberChanges(role="editor"))
    plane.services.access.create_token("CI", "owner")

    assert members.change(ann.id, MemberChanges(role="editor")).role is Role.EDITOR


def test_a_token_is_not_the_last_owner_beside_a_member(plane: ControlPlane) -> None:
    """Both kinds of owners count; an invited one who has no password yet does not."""
    token, _ = plane.services.access.create_token("CI", "owner")
    _, secret = plane.services.members.invite("ann@example.com", "owner")
    with pytest.raises(Conflict):
        plane.services.access.revoke_token(token.id)

    plane.services.members.accept(secret, PASSWORD)

    plane.services.access.revoke_token(token.id)


def test_another_role_is_in_force_at_once(plane: ControlPlane) -> None:
    """The open session has it, too, and the log says what changed."""
    join(plane)
    bob = join(plane, "bob@example.com", "editor")
    secret = sign_in(plane, "bob@example.com")

    plane.services.members.change(bob.id, MemberChanges(role="viewer"))

    signed_in = plane.services.sessions.authenticate(secret)
    assert signed_in is not None
    assert signed_in.member.role is Role.VIEWER
    newest = plane.services.audit.page(None, read_by=join(plane, "eve@example.com"))
    changed = next(one for one in newest if one.entry.action is AuditAction.MEMBER_UPDATED)
    assert changed.entry.details == {"role": "editor → viewer"}


def test_removing_ends_every_session(plane: ControlPlane) -> None:
    """And they cannot sign in again."""
    join(plane)
    bob = join(plane, "bob@example.com", "viewer")
    secret = sign_in(plane, "bob@example.com")

    plane.services.members.remove(bob.id)

    assert plane.services.sessions.authenticate(secret) is None
    with pytest.raises(NotAuthenticated):
        sign_in(plane, "bob@example.com")
    with pytest.raises(NotFound):
        plane.services.members.remove(bob.id)


def test_another_password_signs_out_the_other_browsers(plane: ControlPlane) -> None:
    """The one in which it was changed stays; the present password is asked for."""
    ann, members = join(plane), plane.services.members
    here, there = sign_in(plane), sign_in(plane)
    signed_in = plane.services.sessions.authenticate(here)
    assert signed_in is not None
    kept = signed_in.session.secret_hash
    with pytest.raises(InvalidInput):
        members.change_password(ann, present="wrong", wanted="x" * 20, session_hash=kept)

    members.change_password(ann, present=PASSWORD, wanted="another fine one", session_hash=kept)

    assert plane.services.sessions.authenticate(here) is not None
    assert plane.services.sessions.authenticate(there) is None
    assert sign_in(plane, password="another fine one")


def test_the_second_factor_is_asked_for(plane: ControlPlane) -> None:
    """From the moment it is on; no code works twice."""
    ann, members = join(plane), plane.services.members
    secret = members.new_totp_secret()
    first = code_at(secret, step_at(plane.clock.now()))
    members.turn_totp_on(ann, secret=secret, code=first)

    for code in ("", "000000", first):
        with pytest.raises(NotAuthenticated):
            sign_in(plane, code=code)
    plane.clock.advance(timedelta(seconds=30))
    second = code_at(secret, step_at(plane.clock.now()))
    assert sign_in(plane, code=f"{second[:3]} {second[3:]}")
    with pytest.raises(NotAuthenticated):
        sign_in(plane, code=second)


def test_the_second_factor_needs_proof_both_ways(plane: ControlPlane) -> None:
    """A right code to turn it on, the password to turn it off."""
    ann, members = join(plane), plane.services.members
    secret = members.new_totp_secret()
    with pytest.raises(InvalidInput):
        members.turn_totp_on(ann, secret=secret, code="000000")
    members.turn_totp_on(ann, secret=secret, code=code_at(secret, step_at(plane.clock.now())))
    with pytest.raises(InvalidInput):
        members.turn_totp_off(ann, password="wrong")

    members.turn_totp_off(ann, password=PASSWORD)

    assert sign_in(plane)


def test_a_new_invitation_resets_a_lost_second_factor(plane: ControlPlane) -> None:
    """Whoever gets the link chooses a password and starts without the factor."""
    ann, members = join(plane), plane.services.members
    secret = members.new_totp_secret()
    members.turn_totp_on(ann, secret=secret, code=code_at(secret, step_at(plane.clock.now())))

    members.accept(members.invite_again(ann.id)[1], "another fine one")

    assert sign_in(plane, password="another fine one")


def test_an_unknown_member_cannot_be_invited_again(plane: ControlPlane) -> None:
    """Not found, and nothing is stored."""
    with pytest.raises(NotFound):
        plane.services.members.invite_again(MemberId("mem_none"))
