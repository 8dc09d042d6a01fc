"""Runs the demonstration from the first line to the last: play, show, stay up."""

from __future__ import annotations

import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

from rich.console import Console

from appsprint.entrypoints.demo.clock import real_now
from appsprint.entrypoints.demo.console import Talk
from appsprint.entrypoints.demo.performance import Performance, Result
from appsprint.entrypoints.demo.report_table import WIDTH, footnotes, report_table, summary
from appsprint.entrypoints.demo.stage import Login, Stage, make_login, open_stage
from appsprint.entrypoints.demo.wire import DemoFailed
from appsprint.entrypoints.demo.wiring import BuildProcess, StartAppleSandbox, StartSandbox
from appsprint.entrypoints.demo.world import WorldPlan, make_world
from appsprint.errors import AppsprintError
from appsprint.observability import set_up_logging

DONE, FAILED = 0, 1


def run_demo(
    *,
    once: bool,
    port: int | None,
    days: int = 14,
    seed: int = 7,
    data_dir: Path | None,
    build: BuildProcess,
    start_sandbox: StartSandbox,
    start_apple: StartAppleSandbox,
) -> int:
    """Play the demonstration; the report goes to stdout, everything else to stderr.

    Args:
        once: End after the report instead of staying up until SIGINT or SIGTERM.
        port: Of our server; None takes a free one.
        days: How much history to play, ``MIN_DAYS`` to ``MAX_DAYS`` of ``world``.
        seed: Another seed plays other people.
        data_dir: Where the database goes and stays; None makes a folder that is removed at the end.
        build: ``bootstrap.build``.
        start_sandbox: ``sandboxes.start_sandbox``.
        start_apple: ``sandboxes.start_apple_sandbox``.

    Returns:
        The exit code: 1 when something failed, when the report differs from the truth or when the
        books do not balance.
    """
    set_up_logging(log_format="text", level="error")
    talk = Talk(Console(stderr=True))
    try:
        plan = WorldPlan(end_at=real_now().replace(microsecond=0), days=days, seed=seed)
        with (
            _orderly_end(),
            _folder(data_dir) as folder,
            open_stage(
                folder=folder,
                port=port or 0,
                start_at=plan.start_at - timedelta(minutes=5),
                build=build,
                start_sandbox=start_sandbox,
                start_apple=start_apple,
            ) as stage,
        ):
            talk.say(f"{days} days up to {plan.end_at.isoformat()}, seed {seed}")
            talk.say(f"server on {stage.server_url}, TikTok's sandbox on {stage.sandbox_url}")
            result = Performance(make_world(plan), stage, talk).run()
            _show(result)
            if not once:
                _stay_up(result, stage, plan)
            return FAILED if result.differences else DONE
    except (DemoFailed, AppsprintError) as exc:
        talk.say(f"the demonstration failed: {exc}")
        return FAILED
    except KeyboardInterrupt:
        talk.say("interrupted")
        return FAILED


@contextmanager
def _orderly_end() -> Iterator[None]:
    """Until the end, SIGTERM is what Ctrl-C is; signals belong to the main thread alone."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _folder(data_dir: Path | None) -> Iterator[Path]:
    if data_dir is not None:
        yield data_dir
        return
    with tempfile.TemporaryDirectory(prefix="appsprint-demo-") as made:
        yield Path(made)


def _show(result: Result) -> None:
    out = Console()
    out.width = max(out.width, WIDTH)
    out.print()
    out.print(report_table(result.outcome))
    story = ("On the way:", *(f"· {chapter}" for chapter in result.chapters))
    for line in (
        *(*footnotes(), "", *summary(result.outcome)),
        *("", *story, "", *_verdict(result)),
    ):
        out.print(line, highlight=False, markup=False, soft_wrap=True)


def _verdict(result: Result) -> Iterator[str]:
    gaps = sum(len(app.ledger.gaps) for app in result.outcome.apps)
    yield "The books balance." if not gaps else f"The books do not balance: {gaps} gaps."
    if not result.differences:
        yield "Every figure is what the generated truth says."
        return
    yield f"{len(result.differences)} figures differ from the generated truth:"
    yield from (f"  {difference}" for difference in result.differences)


def _stay_up(result: Result, stage: Stage, plan: WorldPlan) -> None:
    login = make_login(stage)
    for line in (*_addresses(stage, login), *_next_steps(result, stage, plan)):
        print(line, flush=True)  # noqa: T201 it is for copying, so nothing may wrap it
    with suppress(KeyboardInterrupt):
        threading.Event().wait()


def _addresses(stage: Stage, login: Login) -> Iterator[str]:
    yield ""
    yield f"Dashboard         {stage.server_url}"
    yield f"  sign in as      {login.email}"
    yield f"  password        {login.password}"
    yield f"API               {stage.server_url}/api/openapi.json"
    yield f"  owner's token   {stage.token}"
    yield f"TikTok's sandbox  {stage.sandbox_url}/sandbox/"


def _next_steps(result: Result, stage: Stage, plan: WorldPlan) -> Iterator[str]:
    """Where to look, and what to try while everything stays up."""
    ios, android = (f"{stage.server_url}{app.connected.path}" for app in result.outcome.apps)
    authorised = f"curl -H 'Authorization: Bearer {stage.token}'"
    window = f"start={plan.dates[0]}&end={plan.dates[-1]}"
    yield ""
    yield "To try in another terminal: the iOS report by day, sending the dead letter again (the"
    yield "sandbox takes it now), and the check of the books and of the connections."
    yield ""
    yield f"  {authorised} '{ios}/reports/campaigns?breakdown=day&{window}'"
    yield f"  {authorised} --json '{{\"filter\": {{}}}}' {android}/deliveries/redrive"
    yield (
        f"  APPSPRINT_DATABASE_URL={stage.settings.database_url} "
        f"APPSPRINT_PUBLIC_URL={stage.server_url} {_program()} doctor"
    )
    yield ""
    yield "Everything stays up until Ctrl-C."


def _program() -> str:
    """How the person who started this calls the program."""
    called = Path(sys.argv[0])
    return str(called) if called.name == "appsprint" else "appsprint"
