"""Looking for a person's earlier installs stays a look-up, however many installs there are."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from appsprint.adapters.sqlite.migrations import migrate
from appsprint.adapters.sqlite.sql import queries


def test_every_part_is_one_look_up_in_its_index() -> None:
    """SQLite takes a partial index only where the question repeats its condition."""
    names = ("app_id", "install_id", "advertising_id", "idfv", "limit")
    question = f"EXPLAIN QUERY PLAN {queries('installs')['earlier_of_device']}"
    with closing(sqlite3.connect(":memory:")) as connection:
        migrate(connection)
        plan = [row[3] for row in connection.execute(question, dict.fromkeys(names, 1))]

    told = " ".join(plan)
    for index in (
        "installs_by_advertising_id (app_id=? AND advertising_id=? AND rowid<?)",
        "install_identifiers_by_value (app_id=? AND kind=? AND value=?)",
        "install_identifiers_by_gaid (app_id=? AND value=?)",
        "installs_by_idfv (app_id=? AND <expr>=? AND rowid<?)",
    ):
        assert index in told
    assert "TEMP B-TREE" not in told
