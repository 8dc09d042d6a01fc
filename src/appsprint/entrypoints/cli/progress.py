"""Progress bars for long work: on stderr, and only when a person watches it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

# What is being done, how much of it is done, and how much there is; 0 while that is not known.
Report = Callable[[str, int, int], None]


@contextmanager
def progress_bar(what: str) -> Iterator[Report]:
    """Give a function that moves the bar; it does nothing where nobody watches."""
    if not sys.stderr.isatty():
        yield lambda said, done, total: None
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=None)
        yield lambda said, done, total: progress.update(
            task, description=said, completed=done, total=total or None
        )
