"""The spool of clicks that the store could not take in time."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from appsprint.adapters.spool.file import FileSpool
from appsprint.domain.click import Click, FilteredVisit
from appsprint.errors import StoreUnavailable
from appsprint.testing.builders import make_click, make_visit

Visits = Sequence[Click | FilteredVisit]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the spool will be; it does not exist yet."""
    return tmp_path / "deep" / "appsprint.db-spool"


def test_a_new_spool_is_empty(folder: Path) -> None:
    """Looking makes no folder."""
    spool = FileSpool(folder)

    assert spool.is_empty()
    assert spool.take() == []
    assert not folder.exists()


def test_clicks_come_back_as_they_were_kept(folder: Path) -> None:
    """Character for character, in order, clicks and visits alike, over several calls."""
    kept: list[Click | FilteredVisit] = [
        make_click(page_url="https://go.example/c/x?a=%F0%9F%8C%B8&b='\"\\\n\x00\r🌸"),
        make_visit(),
        make_click(address_key=None, accept_language="de", earns_credit=False),
    ]
    spool = FileSpool(folder)
    spool.append(kept[:2])
    spool.append(kept[2:])

    assert not spool.is_empty()
    assert spool.take() == kept


def test_a_new_process_finds_what_the_old_one_kept(folder: Path) -> None:
    """It is on the disk before ``append`` returns."""
    click = make_click()
    FileSpool(folder).append([click])

    assert FileSpool(folder).take() == [click]


def test_taking_twice_gives_the_same(folder: Path) -> None:
    """Until it is dropped; a crash between storing and dropping must lose nothing."""
    click, later = make_click(), make_click()
    spool = FileSpool(folder)
    spool.append([click])
    assert spool.take() == [click]
    spool.append([later])

    assert FileSpool(folder).take() == [click]
    assert not spool.is_empty()


def test_dropping_forgets_what_was_taken_and_nothing_else(folder: Path) -> None:
    """What came meanwhile is next."""
    click, later = make_click(), make_click()
    spool = FileSpool(folder)
    spool.append([click])
    spool.take()
    spool.append([later])
    spool.drop_taken()

    assert spool.take() == [later]
    spool.drop_taken()
    assert spool.is_empty()
    assert spool.take() == []


def test_dropping_without_having_taken_drops_nothing(folder: Path) -> None:
    """Only what ``take`` gave is forgotten."""
    click = make_click()
    spool = FileSpool(folder)
    spool.append([click])
    spool.drop_taken()

    assert spool.take() == [click]


def test_a_line_that_a_crash_cut_costs_no_other(folder: Path) -> None:
    """Neither those before it nor those that the next process keeps; the rest is set aside."""
    first, cut, next_one = make_click(), make_click(), make_click()
    spool = FileSpool(folder)
    spool.append([first, cut])
    incoming = folder / "clicks.jsonl"
    os.truncate(incoming, incoming.stat().st_size - 40)

    restarted = FileSpool(folder)
    restarted.append([next_one])

    assert restarted.take() == [first, next_one]
    assert (folder / "unreadable.jsonl").read_bytes().count(b"\n") >= 1


@pytest.mark.parametrize("junk", [b"\xff\xfe", b"{}", b"[1]", b'{"id":"x"}', b"null"])
def test_junk_between_clicks_is_set_aside(folder: Path, junk: bytes) -> None:
    """It is kept for a person to look at, and the clicks go on."""
    first, second = make_click(), make_click()
    spool = FileSpool(folder)
    spool.append([first])
    with (folder / "clicks.jsonl").open("ab") as file:
        file.write(junk + b"\n")
    spool.append([second])

    assert spool.take() == [first, second]
    assert junk in (folder / "unreadable.jsonl").read_bytes()


def test_many_threads_can_keep_clicks_at_once(folder: Path) -> None:
    """Every click is there, whole."""
    spool = FileSpool(folder)
    batches = [[make_click() for _ in range(20)] for _ in range(20)]

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(spool.append, batches))

    found = {click.id for click in spool.take()}
    assert found == {click.id for batch in batches for click in batch}


def test_a_disk_that_takes_nothing_is_said(tmp_path: Path) -> None:
    """The caller counts the click as lost; the person is redirected all the same."""
    (tmp_path / "file").write_text("")

    with pytest.raises(StoreUnavailable, match="spool"):
        FileSpool(tmp_path / "file" / "spool").append([make_click()])


def test_only_its_owner_can_read_the_spool(folder: Path) -> None:
    """It holds addresses."""
    FileSpool(folder).append([make_click()])

    assert (folder / "clicks.jsonl").stat().st_mode & 0o077 == 0
