"""Cells of tables: what people read."""

from __future__ import annotations

import pytest

from appsprint.entrypoints.cli.output import print_items, shown


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (True, "yes"),
        (False, "no"),
        (0, "0"),
        (4.5, "4.5"),
        ("", ""),
        ([], "–"),
        ({}, "–"),
        (["a", 1, None], "a, 1, –"),
        ({"network": "tiktok", "status": "sent", "reason": None}, "tiktok sent"),
        ([{"network": "tiktok", "status": "skipped"}], "tiktok skipped"),
        ("2026-03-10T08:00:00.120000Z", "2026-03-10 08:00:00Z"),
        ("2026-03-10T08:00:00Z", "2026-03-10 08:00:00Z"),
        ("on 2026-03-10T08:00:00Z", "on 2026-03-10T08:00:00Z"),
        ("2026-03-10", "2026-03-10"),
        ("a\x1b[31mred", "a\ufffd[31mred"),
        ("two\nlines", "two\nlines"),
    ],
)
def test_a_value_in_a_cell(value: object, text: str) -> None:
    """Instants to the second, things as their values, and nothing that steers a terminal."""
    assert shown(value) == text


def test_an_empty_list_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    """On stderr, so that data stays data."""
    print_items({"items": []}, ("id",), as_json=False)
    print_items({"items": []}, ("id",), as_json=True)

    stdout, stderr = capsys.readouterr()
    assert stderr == "There are none.\n"
    assert stdout.endswith('{\n  "items": []\n}\n')
