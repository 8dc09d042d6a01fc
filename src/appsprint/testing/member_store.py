"""What every store must do with members, sessions and the audit log: subclass, supply ``store``."""
# ruff: noqa: S101 a suite asserts

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from appsprint.domain.access import Role
from appsprint.domain.audit import Actor, ActorKind, AuditAction, AuditEntry
from appsprint.domain.ids import AppId, MemberId
from appsprint.domain.member import Invitation, Member, Session
from appsprint.errors import Conflict, NotFound
from appsprint.ports.store import Store, UnitOfWork
from appsprint.testing.builders import HOUR, NOON, make_member


class MemberStoreContract:
    """The rules of ``ports.members.MemberRepository``; ``store`` is a fixture of the subclass."""

    @pytest.mark.parametrize("app_ids", [None, (), (AppId("app_1"), AppId("app_2"))])
    def test_a_member_comes_back_as_stored(
        self, store: Store, app_ids: tuple[AppId, ...] | None
    ) -> None:
        """With everything, found by id and by address."""
        member = put(store, make_member(app_ids=app_ids, sealed_totp="sealed", totp_step=7))

        assert store.read(lambda uow: uow.members.get(member.id)) == member
        assert store.read(lambda uow: uow.members.by_email(member.email)) == member
        assert store.read(lambda uow: uow.members.get(MemberId("mem_none"))) is None

    def test_an_address_is_taken_until_its_member_is_removed(self, store: Store) -> None:
        """The removed one is kept and listed no more."""
        first = put(store, make_member(email="ann@example.com"))
        with pytest.raises(Conflict):
            put(store, make_member(email="ann@example.com"))

        gone = replace(first, removed_at=NOON)
        store.write(lambda uow: uow.members.update(gone))
        second = put(store, make_member(email="ann@example.com"))

        assert store.read(lambda uow: uow.members.all()) == [second]
        assert store.read(lambda uow: uow.members.by_email("ann@example.com")) == second
        assert store.read(lambda uow: uow.members.get(first.id)) == gone

    def test_a_change_is_stored(self, store: Store) -> None:
        """Everything but id, address and birth; an unknown member changes nothing."""
        member = put(store, make_member())
        changed = replace(
            member, role=Role.VIEWER, app_ids=(AppId("app_1"),), password_hash="x", totp_step=3
        )

        store.write(lambda uow: uow.members.update(changed))
        store.write(lambda uow: uow.members.update(make_member()))

        assert store.read(lambda uow: uow.members.all()) == [changed]

    def test_a_session_lives_until_it_is_ended(self, store: Store) -> None:
        """It remembers when it was last used; time never runs backwards."""
        member = put(store, make_member())
        session = open_session(store, member, "here")

        store.write(lambda uow: uow.members.note_seen("here", at=NOON + HOUR))
        store.write(lambda uow: uow.members.note_seen("here", at=NOON))
        found = store.read(lambda uow: uow.members.session("here"))
        store.write(lambda uow: uow.members.end_session("here"))
        store.write(lambda uow: uow.members.end_session("unknown"))

        assert found == replace(session, last_seen_at=NOON + HOUR)
        assert store.read(lambda uow: uow.members.session("here")) is None

    def test_a_members_sessions_end_together(self, store: Store) -> None:
        """But one, if it is named; other members keep theirs."""
        ann, bob = put(store, make_member()), put(store, make_member())
        for secret in ("a1", "a2", "a3"):
            open_session(store, ann, secret)
        open_session(store, bob, "b1")

        store.write(lambda uow: uow.members.end_sessions_of(ann.id, but="a2"))
        assert sessions(store, "a1", "a2", "a3", "b1") == ["a2", "b1"]
        store.write(lambda uow: uow.members.end_sessions_of(ann.id))
        assert sessions(store, "a1", "a2", "a3", "b1") == ["b1"]

    def test_old_sessions_are_forgotten(self, store: Store) -> None:
        """Those last seen, or made, at the limits or before."""
        member = put(store, make_member())
        open_session(store, member, "idle")
        open_session(store, member, "used")
        store.write(lambda uow: uow.members.note_seen("used", at=NOON + HOUR))

        def forget(uow: UnitOfWork) -> int:
            return uow.members.forget_sessions_before(seen=NOON, created=NOON - HOUR)

        assert store.write(forget) == 1
        assert sessions(store, "idle", "used") == ["used"]

    def test_a_member_has_one_invitation(self, store: Store) -> None:
        """The newest; all of them end together."""
        member = put(store, make_member())
        for secret in ("first", "second"):
            invitation = Invitation(secret_hash=secret, member_id=member.id, created_at=NOON)
            store.write(partial(invite, invitation))

        assert store.read(lambda uow: uow.members.invitation("first")) is None
        assert store.read(lambda uow: uow.members.invitation("second")) == invitation
        store.write(lambda uow: uow.members.end_invitations_of(member.id))
        assert store.read(lambda uow: uow.members.invitation("second")) is None


class AuditStoreContract:
    """The rules of ``ports.audit.AuditRepository``; ``store`` is a fixture of the subclass."""

    def test_entries_come_back_newest_first(self, store: Store) -> None:
        """As stored, page by page, all of them or one app's."""
        entries = [told("app_1", "a"), told(None, "b"), told("app_2", "c"), told("app_1", "d")]
        for entry in entries:
            tell(store, entry)

        newest = store.read(lambda uow: uow.audit.page(None, before=None, limit=3))
        rest = store.read(lambda uow: uow.audit.page(None, before=newest[-1].number, limit=3))
        of_app = store.read(lambda uow: uow.audit.page(AppId("app_1"), before=None, limit=9))

        assert [one.entry for one in (*newest, *rest)] == entries[::-1]
        assert [one.entry.subject for one in of_app] == ["d", "a"]

    def test_what_was_done_with_an_app_is_known(self, store: Store) -> None:
        """By action and app."""
        tell(store, told("app_1", "a"))

        def known(app_id: str, action: AuditAction) -> bool:
            return store.read(lambda uow: uow.audit.knows(AppId(app_id), action))

        assert known("app_1", AuditAction.APP_UPDATED)
        assert not known("app_1", AuditAction.APP_DELETED)
        assert not known("app_2", AuditAction.APP_UPDATED)

    def test_what_was_done_since_is_listed(self, store: Store) -> None:
        """The instant included, newest first, of one app and action."""
        first, second = told("app_1", "a"), told("app_1", "b")
        for entry in (first, second, told("app_2", "c")):
            tell(store, entry)

        def done(action: AuditAction, *, later: timedelta, limit: int = 9) -> list[AuditEntry]:
            return store.read(
                lambda uow: list(
                    uow.audit.since(AppId("app_1"), action, first.at + later, limit=limit)
                )
            )

        assert done(AuditAction.APP_UPDATED, later=timedelta(0)) == [second, first]
        assert done(AuditAction.APP_UPDATED, later=timedelta(0), limit=1) == [second]
        assert done(AuditAction.APP_UPDATED, later=timedelta(milliseconds=1)) == []
        assert done(AuditAction.APP_DELETED, later=timedelta(0)) == []

    def test_an_entry_shares_the_fate_of_its_change(self, store: Store) -> None:
        """What is undone was never told."""

        def work(uow: UnitOfWork) -> None:
            uow.audit.add(told("app_1", "a"))
            raise NotFound("nothing to find")

        with pytest.raises(NotFound):
            store.write(work)

        assert store.read(lambda uow: uow.audit.page(None, before=None, limit=9)) == []


def put(store: Store, member: Member) -> Member:
    """Store a member."""
    store.write(lambda uow: uow.members.add(member))
    return member


def open_session(store: Store, member: Member, secret_hash: str) -> Session:
    """Store a session that began at noon."""
    session = Session(
        secret_hash=secret_hash, member_id=member.id, created_at=NOON, last_seen_at=NOON
    )
    store.write(lambda uow: uow.members.add_session(session))
    return session


def sessions(store: Store, *secret_hashes: str) -> list[str]:
    """Those of the hashes that have a session."""
    return [one for one in secret_hashes if has_session(store, one)]


def has_session(store: Store, secret_hash: str) -> bool:
    """Whether there is a session with this hash."""
    return store.read(lambda uow: uow.members.session(secret_hash)) is not None


def invite(invitation: Invitation, uow: UnitOfWork) -> None:
    """Store an invitation."""
    uow.members.set_invitation(invitation)


def tell(store: Store, entry: AuditEntry) -> None:
    """Append an entry."""
    store.write(lambda uow: uow.audit.add(entry))


def told(app_id: str | None, subject: str) -> AuditEntry:
    """An entry."""
    return AuditEntry(
        at=NOON,
        actor=Actor(kind=ActorKind.MEMBER, id="mem_1", name="ann@example.com"),
        action=AuditAction.APP_UPDATED,
        app_id=None if app_id is None else AppId(app_id),
        subject=subject,
        details={"name": "Alt → Neu"},
    )
