"""Opens SQLite connections with the settings that our promises rest on."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from appsprint.errors import ConfigurationError, StoreUnavailable

URL_PREFIX = "sqlite:///"
# STRICT tables, RETURNING and upserts; Debian 12 ships 3.40.
_OLDEST_SQLITE = (3, 37, 0)


def database_path(url: str) -> Path:
    """The file that a ``sqlite:///relative.db`` or ``sqlite:////absolute.db`` address names.

    Raises:
        ConfigurationError: Not such an address.
    """
    path = url.removeprefix(URL_PREFIX)
    if path == url or not path:
        raise ConfigurationError(
            "APPSPRINT_DATABASE_URL must look like sqlite:///data/appsprint.db or "
            f"sqlite:////absolute/path.db, got {url.partition('://')[0]}://…"
        )
    return Path(path)


def open_writer(path: Path, *, busy_timeout_ms: int) -> sqlite3.Connection:
    """The connection that writes. Its commits survive a power cut.

    ``synchronous=FULL`` with WAL syncs the log on every commit (SQLite, "PRAGMA synchronous").
    Checkpoints run inside commits of this connection only, once the log passes 16 MiB.

    Raises:
        StoreUnavailable: The file cannot be opened, is locked, or is no SQLite database.
    """
    settings = ("journal_mode = WAL", "synchronous = FULL", "wal_autocheckpoint = 4000")
    return _open(path, settings, busy_timeout_ms=busy_timeout_ms)


def open_reader(path: Path) -> sqlite3.Connection:
    """A connection that sees committed data only and can change nothing.

    Raises:
        StoreUnavailable: The file cannot be opened.
    """
    return _open(path, ("query_only = ON",), busy_timeout_ms=2000)


def open_rehearsal(path: Path) -> sqlite3.Connection:
    """A connection that can write to temporary tables of its own only, which wait on the disk.

    Raises:
        StoreUnavailable: The file cannot be opened.
    """
    settings = ("temp_store = FILE",)
    return _open(path, settings, busy_timeout_ms=2000, mode="ro")


def _open(
    path: Path, settings: Sequence[str], *, busy_timeout_ms: int, mode: str = "rwc"
) -> sqlite3.Connection:
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        raise ConfigurationError(
            f"SQLite {sqlite3.sqlite_version} is too old: 3.37 or newer is needed"
        )
    try:
        connection = sqlite3.connect(
            f"file:{_quoted(path)}?mode={mode}",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=512,
            timeout=busy_timeout_ms / 1000,
        )
        try:
            for setting in ("cache_size = -65536", "temp_store = MEMORY", *settings):
                connection.execute(f"PRAGMA {setting}")
        except sqlite3.Error:
            connection.close()
            raise
    except sqlite3.Error as exc:
        raise StoreUnavailable(f"the database {path.name} cannot be opened: {exc}") from exc
    connection.row_factory = sqlite3.Row
    return connection


def _quoted(path: Path) -> str:
    text = str(path.absolute())
    return text.replace("%", "%25").replace("?", "%3f").replace("#", "%23")
