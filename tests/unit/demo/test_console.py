"""Progress in a log file: a few plain lines, whatever the number of requests."""

from __future__ import annotations

from io import StringIO

from rich.console import Console

from appsprint.entrypoints.demo.console import Talk


def test_where_there_is_no_terminal_progress_is_five_lines() -> None:
    """Each fifth of the way, and nothing that moves a cursor."""
    text = StringIO()

    with Talk(Console(file=text)).counting("requests", 1003) as count:
        for done in range(1, 1004):
            count(done)

    assert text.getvalue().splitlines() == [
        "· requests: 200 of 1003",
        "· requests: 401 of 1003",
        "· requests: 601 of 1003",
        "· requests: 802 of 1003",
        "· requests: 1003 of 1003",
    ]


def test_what_is_said_is_printed_as_it_is() -> None:
    """Brackets are no markup: a message may hold any text."""
    text = StringIO()

    Talk(Console(file=text)).say("[red] 1,000 events")

    assert text.getvalue() == "· [red] 1,000 events\n"
