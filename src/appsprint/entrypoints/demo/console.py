"""What people see while the demonstration runs: on stderr, a bar on terminals, lines elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
)

_LINES_PER_PLAY = 5


class Talk:
    """Tells what is going on. Nothing that a script would read goes here."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def say(self, text: str) -> None:
        self._console.print(f"· {text}", highlight=False, markup=False, soft_wrap=True)

    @contextmanager
    def counting(self, title: str, total: int) -> Iterator[Callable[[int], None]]:
        """A function to tell how many of ``total`` are done."""
        if not self._console.is_terminal:
            yield self._in_lines(title, total)
            return
        columns = (
            TextColumn("  {task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=self._console, transient=True) as progress:
            task = progress.add_task(title, total=total)
            yield lambda done: progress.update(task, completed=done)

    def _in_lines(self, title: str, total: int) -> Callable[[int], None]:
        marks = {total * number // _LINES_PER_PLAY for number in range(1, _LINES_PER_PLAY + 1)}

        def count(done: int) -> None:
            if done in marks:
                self.say(f"{title}: {done} of {total}")

        return count
