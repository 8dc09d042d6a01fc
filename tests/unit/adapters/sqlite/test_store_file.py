"""Opening the store's file: its settings, its lock, and files that cannot be used."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from appsprint.adapters.sqlite.connection import database_path, open_reader, open_writer
from appsprint.adapters.sqlite.lock import ServerLock
from appsprint.adapters.sqlite.store import SqliteStore
from appsprint.errors import AlreadyRunning, ConfigurationError, NewerDatabase, StoreUnavailable


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:///data/appsprint.db", "data/appsprint.db"),
        ("sqlite:////var/lib/appsprint.db", "/var/lib/appsprint.db"),
        ("sqlite:///a b%20?.db", "a b%20?.db"),
    ],
)
def test_the_file_of_a_database_address(url: str, path: str) -> None:
    """Three slashes are relative, four absolute; the rest is the name as it is."""
    assert database_path(url) == Path(path)


@pytest.mark.parametrize("url", ["", "data.db", "sqlite:///", "postgresql://user:pass@host/db"])
def test_what_is_no_database_address(url: str) -> None:
    """The message shows no password."""
    with pytest.raises(ConfigurationError, match="APPSPRINT_DATABASE_URL") as refused:
        database_path(url)

    assert "pass" not in refused.value.message


def test_commits_survive_a_power_cut(tmp_path: Path) -> None:
    """WAL with a full sync on every commit, and a bounded log."""
    with closing(open_writer(tmp_path / "store.db", busy_timeout_ms=5)) as writer:
        found = {
            name: writer.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "wal_autocheckpoint", "busy_timeout")
        }

    assert found == {
        "journal_mode": "wal",
        "synchronous": 2,
        "wal_autocheckpoint": 4000,
        "busy_timeout": 5,
    }


def test_a_reader_can_change_nothing(tmp_path: Path) -> None:
    """Not even on purpose."""
    with closing(open_writer(tmp_path / "store.db", busy_timeout_ms=5)) as writer:
        writer.execute("CREATE TABLE a (x)")
    with (
        closing(open_reader(tmp_path / "store.db")) as reader,
        pytest.raises(sqlite3.OperationalError),
    ):
        reader.execute("INSERT INTO a VALUES (1)")


@pytest.mark.parametrize("name", ["a b.db", "a%20b.db", "a?b.db", "a#b.db", "ü.db"])
def test_any_name_is_a_file_name(tmp_path: Path, name: str) -> None:
    """Nothing in it is taken for a part of an address."""
    open_writer(tmp_path / name, busy_timeout_ms=5).close()

    assert (tmp_path / name).exists()


@pytest.fixture
def running(tmp_path: Path) -> Iterator[SqliteStore]:
    """A server's store."""
    store = SqliteStore(tmp_path / "store.db", exclusive=True)
    yield store
    store.close()


@pytest.mark.usefixtures("running")
def test_a_second_server_is_refused(tmp_path: Path) -> None:
    """It says which process holds the file, and what to do."""
    with pytest.raises(AlreadyRunning, match=r"process \d+.*store\.db.*APPSPRINT_DATABASE_URL"):
        SqliteStore(tmp_path / "store.db", exclusive=True)


@pytest.mark.usefixtures("running")
def test_the_command_line_works_beside_a_server(tmp_path: Path) -> None:
    """It takes no lock."""
    SqliteStore(tmp_path / "store.db").close()


def test_an_older_schema_is_not_changed_under_a_server(tmp_path: Path) -> None:
    """The program was upgraded and its server not started again yet."""
    path = tmp_path / "store.db"
    SqliteStore(path).close()
    with closing(sqlite3.connect(path)) as older:
        older.execute("PRAGMA user_version = 1")
    with ServerLock(path), pytest.raises(AlreadyRunning):
        SqliteStore(path)

    with closing(sqlite3.connect(path)) as left:
        assert left.execute("PRAGMA user_version").fetchone() == (1,)


def test_the_file_is_its_owners_only(tmp_path: Path, running: SqliteStore) -> None:
    """What SQLite puts beside it too: it holds people's addresses and ids."""
    running.write(lambda uow: None)

    assert {file.stat().st_mode & 0o077 for file in tmp_path.iterdir()} == {0}


def test_the_next_server_can_start(tmp_path: Path, running: SqliteStore) -> None:
    """Once the first has closed its store."""
    running.close()

    SqliteStore(tmp_path / "store.db", exclusive=True).close()


def test_giving_back_a_lock_that_is_not_held(tmp_path: Path) -> None:
    """Nothing happens."""
    ServerLock(tmp_path / "store.db").release()


def test_a_store_that_cannot_be_opened_gives_its_lock_back(tmp_path: Path) -> None:
    """The operator mends the file and starts again, perhaps in the same process."""
    path = tmp_path / "store.db"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE notes (x)")
    for _ in range(2):
        with pytest.raises(ConfigurationError):
            SqliteStore(path, exclusive=True)


def test_a_newer_database_stops_the_start(tmp_path: Path) -> None:
    """It is left as it is."""
    path = tmp_path / "store.db"
    SqliteStore(path).close()
    with closing(sqlite3.connect(path)) as newer:
        newer.execute("PRAGMA user_version = 9999")

    with pytest.raises(NewerDatabase):
        SqliteStore(path)


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    """It is said so and not overwritten."""
    path = tmp_path / "store.db"
    path.write_bytes(b"this is no database file" * 100)

    with pytest.raises(StoreUnavailable, match=r"store\.db"):
        SqliteStore(path)

    assert path.read_bytes().startswith(b"this is no")


def test_a_file_that_is_locked(tmp_path: Path) -> None:
    """A migration waits for another process, and gives up in the end."""
    path = tmp_path / "store.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = WAL")
        other.execute("BEGIN IMMEDIATE")

        with pytest.raises(StoreUnavailable, match="locked"):
            SqliteStore(path, busy_timeout_ms=20)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    """Said, not crashed."""
    with pytest.raises(StoreUnavailable):
        SqliteStore(tmp_path)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    """The whole path is named, because its beginning is what is wrong."""
    (tmp_path / "file").touch()

    with pytest.raises(StoreUnavailable, match=str(tmp_path / "file" / "store.db")):
        SqliteStore(tmp_path / "file" / "store.db")


def test_a_lock_that_cannot_be_made(tmp_path: Path) -> None:
    """Said, not crashed."""
    (tmp_path / "store.db.lock").mkdir()

    with pytest.raises(StoreUnavailable, match=r"store\.db\.lock"):
        SqliteStore(tmp_path / "store.db", exclusive=True)


def test_an_old_sqlite_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the version that is needed."""
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 36, 0))

    with pytest.raises(ConfigurationError, match=r"3\.37"):
        open_reader(tmp_path / "store.db")
