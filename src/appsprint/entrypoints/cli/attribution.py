"""``appsprint attribution``."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO

import msgspec
import typer

from appsprint.bootstrap import replay as new_replay
from appsprint.domain.decision import AttributionRules
from appsprint.domain.install import Install
from appsprint.entrypoints.cli.exit_codes import FAILED
from appsprint.entrypoints.cli.noun import new_noun
from appsprint.entrypoints.cli.options import (
    AppOption,
    FirstDayOption,
    JsonOption,
    LastDayOption,
    YesOption,
    chosen_app,
)
from appsprint.entrypoints.cli.output import print_items, tell
from appsprint.entrypoints.cli.progress import progress_bar
from appsprint.entrypoints.cli.replay_comparison import compare as compare_replays
from appsprint.entrypoints.cli.replay_comparison import print_changes, print_totals
from appsprint.entrypoints.cli.replay_lines import Complain, read_installs, read_visits
from appsprint.entrypoints.cli.session import open_services
from appsprint.entrypoints.cli.stored_replay import StoredDays, Switch, TrialRules, replay_stored
from appsprint.entrypoints.http.api.self_checks import SelfCheckAnswer, week_answer
from appsprint.services.replay import RecordedVisit, Replay, ReplayAnswer, merged
from appsprint.services.self_checks import WEEKS

app = new_noun()

STDIN = Path("-")


def _records(text: str) -> Path:
    path = Path(text)
    # A pipe is as good as a file: --clicks <(zcat clicks.jsonl.gz)
    if path != STDIN and (not path.exists() or path.is_dir()):
        raise typer.BadParameter(f"there is no file {text!r}")
    return path


RecordsOption = Annotated[
    Path | None, typer.Option(parser=_records, metavar="FILE", help="JSON lines; - is stdin.")
]
CHECK_COLUMNS = (
    *("week", "checked", "credited_share", "right_share", "mean_confidence"),
    *("agreed", "other_click", "no_credit"),
)
# How many lines pass between two moves of the progress bar.
_LINES_A_STEP = 5_000


class AnswerLine(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to one install line."""

    appsprint_id: str
    is_attributed: bool
    click_id: str | None
    link_id: str | None
    campaign_id: str | None
    match_type: str
    confidence: float
    reason: str


@app.callback()
def attribution() -> None:
    """The matching of clicks and installs by itself."""


@app.command()
def replay(
    *,
    clicks: RecordsOption = None,
    installs: RecordsOption = None,
    app_id: AppOption = None,
    start: FirstDayOption = None,
    end: LastDayOption = None,
    json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object for each install.")
    ] = False,
    click_hours: Annotated[
        int | None,
        typer.Option(help="Try another window for exact evidence.", min=1, max=720),
    ] = None,
    probabilistic_hours: Annotated[
        int | None,
        typer.Option(help="Try another window for address and device.", min=1, max=168),
    ] = None,
    min_confidence: Annotated[
        float | None,
        typer.Option(help="Try another threshold for address and device.", min=0, max=1),
    ] = None,
    probabilistic: Annotated[
        Switch | None,
        typer.Option(help="Try with or without matching by address and device."),
    ] = None,
    compare: Annotated[
        bool,
        typer.Option(
            "--compare",
            help="Show what the rules to try would change; with --json each changed install.",
        ),
    ] = False,
    apply: Annotated[
        bool,
        typer.Option("--apply", help="Give the app these rules, and its past from --start on."),
    ] = False,
    yes: YesOption = False,
) -> None:
    """Decide clicks and installs again, from two files or from an app's own past.

    With --clicks and --installs: matches recorded lines as the server would have, and stores
    nothing. Both files are in the order of time. Every time comes from the records, so the same
    input always gives the same output. Without --json the answers are counted. A line that cannot
    be read is told on stderr and left out, and the exit code is 1 at the end.

    With --start: decides the app's stored installs of these UTC days again, each from what was
    known when it arrived, under the app's rules with those to try, and shows what would change.
    With --apply the app gets the rules, and installs whose answer changes get a new version of
    their decision; broken off, it can be given again. A server may run meanwhile.
    """
    trial = TrialRules(click_hours, probabilistic_hours, min_confidence, probabilistic)
    if clicks is None and installs is None:
        replay_stored(StoredDays(app_id, start, end), trial, apply=apply, yes=yes, as_json=json)
        return
    if clicks is None or installs is None or apply or start or end or app_id:
        message = "give both --clicks and --installs, or else --start for an app's own past"
        raise typer.BadParameter(message)
    _replay_files(clicks, installs, trial.rules(), compare=compare, json=json)


@app.command("self-check")
def self_check(
    *,
    app_id: AppOption = None,
    weeks: Annotated[
        int, typer.Option(min=1, max=104, help="How many ISO weeks, this one included.")
    ] = WEEKS,
    json: JsonOption = False,
) -> None:
    """Show how right matching by address would have been where Play names the click."""
    with open_services() as services:
        found = services.self_checks.weeks(chosen_app(services, app_id), amount=weeks)
    items = SelfCheckAnswer(items=[week_answer(one) for one in found])
    print_items(items, CHECK_COLUMNS, as_json=json)


def _replay_files(
    clicks: Path, installs: Path, rules: AttributionRules, *, compare: bool, json: bool
) -> None:
    if clicks == installs == STDIN:
        raise typer.BadParameter("only one of --clicks and --installs can be stdin")
    with ExitStack() as stack:
        lines_of = stack.enter_context(_watching([clicks, installs]))
        complaints = _Complaints()
        records = merged(
            read_visits(lines_of(_open(stack, clicks)), complaints.about("clicks")),
            read_installs(lines_of(_open(stack, installs)), complaints.about("installs")),
        )
        if compare:
            compared = compare_replays(new_replay(), new_replay(rules=rules), records)
            (print_changes if json else print_totals)(compared)
        else:
            answers = _answers(new_replay(rules=rules), records)
            (_print_lines if json else _print_counts)(answers)
    complaints.conclude()


def _answers(
    engine: Replay, records: Iterator[RecordedVisit | Install]
) -> Iterator[tuple[Install, ReplayAnswer]]:
    for record in records:
        if isinstance(record, RecordedVisit):
            engine.visit(record)
        else:
            yield record, engine.install(record)


def _print_lines(answers: Iterable[tuple[Install, ReplayAnswer]]) -> None:
    encode, out = msgspec.json.Encoder().encode, sys.stdout.buffer
    for install, answer in answers:
        line = AnswerLine(
            appsprint_id=install.appsprint_id,
            is_attributed=answer.is_attributed,
            click_id=answer.click_id,
            link_id=answer.link_id,
            campaign_id=answer.campaign_id,
            match_type=answer.match_type,
            confidence=answer.confidence,
            reason=answer.reason,
        )
        out.write(encode(line) + b"\n")
    out.flush()


def _print_counts(answers: Iterable[tuple[Install, ReplayAnswer]]) -> None:
    counted = Counter((answer.match_type, answer.reason) for _, answer in answers)
    items = [
        {"match_type": match_type, "reason": reason, "install_lines": amount}
        for (match_type, reason), amount in counted.most_common()
    ]
    print_items({"items": items}, ("match_type", "reason", "install_lines"), as_json=False)


class _Complaints:
    """Tells of the lines that cannot be read, and remembers that there were some."""

    def __init__(self) -> None:
        self._amount = 0

    def about(self, file: str) -> Complain:
        def complain(number: int, problem: str) -> None:
            self._amount += 1
            tell(f"{file} line {number}: {problem}")

        return complain

    def conclude(self) -> None:
        """Fail when there were some."""
        if self._amount:
            tell(f"{self._amount} lines could not be read and were left out")
            raise typer.Exit(FAILED)


def _open(stack: ExitStack, path: Path) -> BinaryIO:
    return sys.stdin.buffer if path == STDIN else stack.enter_context(path.open("rb"))


@contextmanager
def _watching(paths: Sequence[Path]) -> Iterator[Callable[[BinaryIO], Iterator[bytes]]]:
    """Give a function that reads a file's lines and moves one progress bar for all files."""
    sizes = [0 if path == STDIN else path.stat().st_size for path in paths]
    total = sum(sizes) if all(sizes) else 0
    done = 0
    with progress_bar("Replaying") as report:

        def lines_of(file: BinaryIO) -> Iterator[bytes]:
            nonlocal done
            for number, line in enumerate(file):
                yield line
                done += len(line)
                if number % _LINES_A_STEP == 0:
                    report("Replaying", done, total)

        yield lines_of
