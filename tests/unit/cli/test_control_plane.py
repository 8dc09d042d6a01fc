"""Apps, keys, links and tokens from the command line."""

from __future__ import annotations

import pytest

from appsprint.adapters.sqlite.store import SqliteStore
from tests.unit.cli.conftest import APP_STORE_URL, Program


def test_an_app_is_made_with_a_key_in_full(program: Program) -> None:
    """JSON is the HTTP API's answer: the key is shown in full only now."""
    options = ("--name", "Example", "--platform", "ios", "--store-url", APP_STORE_URL)
    made = program.json("apps", "create", *options, "--time-zone", "Europe/Berlin")
    shown = program.json("apps", "show", made["id"])

    [key], [masked] = made["api_keys"], shown["api_keys"]
    assert key["key"].startswith("as_live_")
    assert masked["key"] == f"as_live_…{key['key'][-4:]}"
    assert (made["store_id"], made["time_zone"]) == ("1234567890", "Europe/Berlin")
    assert program.json("apps", "list") == {"items": [shown], "next_cursor": None}


def test_people_get_tables(program: Program) -> None:
    """Without --json, and the new key's text once."""
    options = ("--name", "[red]Example[/]", "--platform", "ios", "--store-url", APP_STORE_URL)
    stdout, stderr = program.run("apps", "create", *options)
    listed, _ = program.run("apps", "list")

    assert "API key, shown only now: as_live_" in stderr
    assert "[red]Example[/]" in stdout
    assert "[red]Example[/]" in listed


def test_an_app_is_changed_where_named(program: Program) -> None:
    """Everything else stays."""
    app_id = program.make_app()

    changed = program.json(
        *("apps", "update", app_id, "--name", "New", "--no-probabilistic-matching"),
        *("--click-lookback-hours", "24"),
    )

    assert changed["name"] == "New"
    assert changed["probabilistic_matching"] is False
    assert (changed["click_lookback_hours"], changed["probabilistic_lookback_hours"]) == (24, 24)


@pytest.mark.parametrize(("answer", "is_there"), [("y\n", False), ("n\n", True), ("", True)])
def test_deleting_asks_first(program: Program, answer: str, is_there: bool) -> None:
    """No, and no answer at all, change nothing and end with 1."""
    app_id = program.make_app()

    _, stderr = program.run("apps", "delete", app_id, code=int(is_there), stdin=answer)

    assert f"Delete Example ({app_id})?" in stderr
    assert (app_id in program.ids("apps", "list")) is is_there


def test_yes_answers_beforehand(program: Program) -> None:
    """For scripts."""
    app_id = program.make_app()

    assert program.json("apps", "delete", app_id, "--yes") == {"deleted": app_id}
    assert program.ids("apps", "list") == []


def test_the_only_app_need_not_be_named(program: Program) -> None:
    """With none or several, the command says what to do."""
    _, none = program.run("keys", "list", code=2)
    first = program.make_app("First")
    assert len(program.ids("keys", "list")) == 1
    second = program.make_app("Second")
    _, several = program.run("keys", "list", code=2)

    assert "apps create" in none
    assert first in several
    assert second in several
    assert len(program.ids("keys", "list", "--app", second)) == 1


def test_keys_rotate_with_overlap(program: Program) -> None:
    """A new key beside the old one, then the old one ends in the way that was chosen."""
    program.make_app()
    [old] = program.ids("keys", "list")
    made = program.json("keys", "create", "--environment", "test")

    ended = program.json("keys", "revoke", old, "--mode", "reject", "--yes")

    assert made["key"].startswith("as_test_")
    assert (ended["id"], ended["revoke_mode"]) == (old, "reject")
    by_id = {key["id"]: key for key in program.json("keys", "list")["items"]}
    assert by_id[old]["revoked_at"] is not None
    assert by_id[made["id"]]["revoked_at"] is None


def test_rejecting_a_key_warns(program: Program) -> None:
    """It bricks shipped apps, so people are told before they are asked."""
    program.make_app()
    [key] = program.ids("keys", "list")

    _, stderr = program.run("keys", "revoke", key, "--mode", "reject", code=1, stdin="n\n")

    assert "switch their SDK off, for good" in stderr
    assert program.json("keys", "list")["items"][0]["revoked_at"] is None


def test_an_unknown_key_is_told_before_asking(program: Program) -> None:
    """Nobody should confirm what cannot happen."""
    program.make_app()

    _, stderr = program.run("keys", "revoke", "key_x", code=1)

    assert stderr == "Error: this app has no API key 'key_x'\n"


def test_an_ad_link_lives_and_ends(program: Program) -> None:
    """Made with TikTok's macros, changed, archived; the list keeps it."""
    program.make_app()
    made = program.json(
        *("links", "create", "--name", "Spring", "--destination-url", APP_STORE_URL),
        *("--campaign-name", "Spring sale"),
        APPSPRINT_LINK_URL="https://go.example",
    )
    changed = program.json("links", "update", made["id"], "--campaign-name", "")
    archived = program.json("links", "archive", made["id"], "--yes")

    assert made["url"].startswith(f"https://go.example/c/{made['slug']}?utm_source=tiktok")
    assert "__CAMPAIGN_ID__" in made["url"]
    assert (made["campaign_name"], changed["campaign_name"]) == ("Spring sale", None)
    assert archived["archived_at"] is not None
    assert program.json("links", "show", made["id"])["archived_at"] is not None
    assert program.ids("links", "list") == [made["id"]]


def test_a_link_is_never_folded(program: Program) -> None:
    """It is there to be copied."""
    program.make_app()
    options = ("--name", "Spring", "--destination-url", APP_STORE_URL)
    stdout, _ = program.run("links", "create", *options, COLUMNS="40")

    [line] = [line for line in stdout.splitlines() if line.startswith("url ")]
    assert line.endswith("&tt_placement=__PLACEMENT__")


def test_lists_come_in_pages(program: Program) -> None:
    """The cursor goes on where the page ended; people are told how."""
    ids = [program.make_app(f"App {number}") for number in range(3)]

    first = program.json("apps", "list", "--limit", "2")
    rest = program.json("apps", "list", "--cursor", first["next_cursor"])
    _, stderr = program.run("apps", "list", "--limit", "2")

    assert [item["id"] for item in (*first["items"], *rest["items"])] == ids
    assert rest["next_cursor"] is None
    assert stderr == f"There are more: --cursor {first['next_cursor']}\n"


def test_a_token_is_shown_once(program: Program) -> None:
    """Later only what it may do; it can be limited to apps and revoked."""
    app_id = program.make_app()
    program.run("tokens", "create", "--name", "Owner", "--role", "owner")
    made = program.json("tokens", "create", "--name", "CI", "--role", "viewer", "--app", app_id)
    listed = program.json("tokens", "list")["items"][1]

    assert made["token"].startswith("ast_")
    assert set(made) - set(listed) == {"token"}
    assert (listed["id"], listed["role"], listed["app_ids"]) == (made["id"], "viewer", [app_id])
    assert program.json("tokens", "revoke", made["id"], "--yes") == {"revoked": made["id"]}
    assert program.json("tokens", "list")["items"][1]["revoked_at"] is not None


def test_the_last_owner_stays(program: Program) -> None:
    """Else nobody could manage the server."""
    made = program.json("tokens", "create", "--name", "Owner", "--role", "owner")

    _, stderr = program.run("tokens", "revoke", made["id"], "--yes", code=1)

    assert "last owner token" in stderr


def test_works_beside_another_process(program: Program, store: SqliteStore) -> None:
    """What the command line writes, an open store sees."""
    app_id = program.make_app()

    assert [app.id for app in store.read(lambda uow: uow.apps.all())] == [app_id]


def test_members_are_invited_changed_and_removed(program: Program) -> None:
    """Inviting again makes a new link; what a change does not name stays."""
    app_id = program.make_app()
    options = ("--email", "Ann@example.com", "--role", "editor", "--app", app_id)

    first = program.json("members", "invite", *options)
    second = program.json("members", "invite", *options)
    changed = program.json("members", "change", first["id"], "--role", "viewer")
    lifted = program.json("members", "change", first["id"], "--all-apps")

    assert first["id"] == second["id"]
    assert first["invitation_url"] != second["invitation_url"]
    assert (changed["role"], changed["app_ids"]) == ("viewer", [app_id])
    assert (lifted["role"], lifted["app_ids"]) == ("viewer", None)
    program.run("members", "remove", first["id"], "--yes")
    assert program.json("members", "list")["items"] == []


def test_retention_is_shown_and_changed(program: Program) -> None:
    """A number of days, 0 for ever, or the server's."""
    app_id = program.make_app()

    changed = program.json("apps", "retention", app_id, "--clicks", "31", "--events", "0")
    lifted = program.json("apps", "retention", app_id, "--clicks", "server")

    assert [item["days"] for item in changed["items"]] == [31, 400, 0, 90]
    assert [item["days"] for item in lifted["items"]] == [90, 400, 0, 90]
    assert program.json("apps", "retention", app_id) == lifted
    program.run("apps", "retention", app_id, "--clicks", "soon", code=2)
