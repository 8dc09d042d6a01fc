"""``python -m benchmarks.deliveries``: from the queue to settled, against the TikTok sandbox.

A queue is filled first, through the store; then ``appsprint serve --role worker`` empties it into
``appsprint sandbox tiktok`` over loopback. One event in four is a purchase with a value.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from appsprint.bootstrap import Process, build
from appsprint.config import load_settings
from appsprint.domain.delivery import Delivery
from appsprint.domain.inapp_event import InAppEvent
from appsprint.domain.install import Install
from appsprint.sandboxes import SANDBOX_ACCESS
from appsprint.testing.builders import (
    make_app,
    make_click,
    make_connection,
    make_delivery,
    make_event,
    make_install,
    put_clicks,
    put_deliveries,
    put_events,
    put_install,
)

INSTALLS = 200
_ROWS_A_WRITE = 5_000
_RETAINED = ("CLICKS", "INSTALLS", "EVENTS", "DELIVERIES")
_EVENT_TYPES = ("session_start", "view_item", "add_to_cart", "purchase")
_LISTENING = re.compile(r"(http://127\.0\.0\.1:\d+)")
_OPEN = "SELECT count(*) FROM deliveries WHERE status IN ('pending', 'retrying')"
_SENT = "SELECT count(*) FROM deliveries WHERE status = 'sent'"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryResult:
    """What emptying the queue took.

    Attributes:
        seconds: From the first settled batch to the last.
        worker_cpu_us, sandbox_cpu_us: Processor time for each event, in microseconds. Unlike the
            rate it hardly depends on what else the machine does.
    """

    deliveries: int
    sent: int
    seconds: float
    worker_cpu_us: float
    sandbox_cpu_us: float

    @property
    def per_second(self) -> float:
        """Deliveries settled a second."""
        return self.deliveries / self.seconds


def main() -> int:
    """Empty queues and print a line for each."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.deliveries", description=__doc__)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    wanted = parser.parse_args()
    print(f"# {platform.python_version()}, {os.cpu_count()} cores, the sandbox included")
    is_good = True
    for _ in range(wanted.runs):
        result = run_deliveries(wanted.events)
        is_good &= result.sent == result.deliveries
        load = os.getloadavg()[0]
        print(
            f"deliveries: {result.per_second:,.0f} events/s from queue to settled, "
            f"{result.sent:,} of {result.deliveries:,} accepted in {result.seconds:.1f} s, "
            f"CPU per event {result.worker_cpu_us:.0f} us worker + {result.sandbox_cpu_us:.0f} us "
            f"sandbox, load average {load:.1f}",
            flush=True,
        )
    return 0 if is_good else 1


def run_deliveries(amount: int) -> DeliveryResult:
    """Queue ``amount`` events, then start a worker and wait until the last is settled."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running("sandbox", "tiktok", "--port", "0") as (api_url, sandbox),
    ):
        database = Path(folder) / "bench.db"
        environment = {
            "APPSPRINT_DATABASE_URL": f"sqlite:///{database}",
            "APPSPRINT_TIKTOK_API_URL": api_url,
            "APPSPRINT_PORT": "0",
            "APPSPRINT_TIKTOK_SYNC_MINUTES": "0",
            "APPSPRINT_TIKTOK_CHECK_MINUTES": "0",
            # The ids of the builders count from zero and look very old.
            **{f"APPSPRINT_RETENTION_{kind}_DAYS": "0" for kind in _RETAINED},
        }
        _queue(environment, amount)
        before = cpu_seconds(sandbox)
        with (
            running("serve", "--role", "worker", environment=environment) as (_, worker),
            closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as reader,
        ):
            started = cpu_seconds(worker)
            seconds = _seconds_until_settled(reader, amount)
            return DeliveryResult(
                deliveries=amount,
                sent=int(reader.execute(_SENT).fetchone()[0]),
                seconds=seconds,
                worker_cpu_us=(cpu_seconds(worker) - started) / amount * 1e6,
                sandbox_cpu_us=(cpu_seconds(sandbox) - before) / amount * 1e6,
            )


def cpu_seconds(process: subprocess.Popen[str]) -> float:
    """What a process has used of the processors so far (proc(5), fields 14 and 15)."""
    fields = (
        Path(f"/proc/{process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    )
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _queue(environment: Mapping[str, str], amount: int) -> None:
    """A connected app whose installs came from clicks, and their purchases, all due."""
    process = build(load_settings(environment).settings, is_server=True)
    try:
        installs = _installs(process)
        for start in range(0, amount, _ROWS_A_WRITE):
            rows = range(start, min(start + _ROWS_A_WRITE, amount))
            events = [_event(process, installs[row % INSTALLS], row) for row in rows]
            put_events(process.store, *events)
            put_deliveries(process.store, *(_due(process, event) for event in events))
    finally:
        process.close()


def _installs(process: Process) -> list[Install]:
    app = make_app()
    connection = make_connection(
        pixel_id=SANDBOX_ACCESS.pixel_id,
        events_token=process.services.secrets.seal(SANDBOX_ACCESS.events_token),
        test_event_code=None,
    )
    process.store.write(lambda uow: uow.apps.add(app))
    process.store.write(lambda uow: uow.connections.save(connection))
    made = []
    for _ in range(INSTALLS):
        click = make_click()
        put_clicks(process.store, click)
        made.append(put_install(process.store, make_install(), click))
    return made


def _event(process: Process, install: Install, number: int) -> InAppEvent:
    """The mix of the intake benchmark: one of four carries money."""
    now = process.services.clock.now()
    event_type = _EVENT_TYPES[number % len(_EVENT_TYPES)]
    is_paid = event_type == "purchase"
    return make_event(
        install,
        event_type=event_type,
        occurred_at=now,
        received_at=now,
        revenue_micros=9_990_000 if is_paid else None,
        currency="EUR" if is_paid else None,
        parameters=f'{{"item_id":"sku-{number % 500}","quantity":1,"price":9.99}}',
    )


def _due(process: Process, event: InAppEvent) -> Delivery:
    now = process.services.clock.now()
    name = process.tiktok.event_names.defaults()[event.event_type]
    return replace(make_delivery(event), network_event=name, created_at=now, next_attempt_at=now)


@contextmanager
def running(
    *arguments: str, environment: Mapping[str, str] | None = None
) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """``appsprint …`` as a process of its own; yields its address and the process."""
    process = subprocess.Popen(
        [sys.executable, "-m", "appsprint", *arguments],
        env={**os.environ, **(environment or {})},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield _address_of(process), process
    finally:
        process.terminate()
        process.wait(timeout=30)


def _address_of(process: subprocess.Popen[str]) -> str:
    assert process.stderr is not None
    said = []
    for line in process.stderr:
        said.append(line)
        if found := _LISTENING.search(line):
            # Nobody reads on, and a full pipe would stop the program in the middle of a line.
            threading.Thread(target=process.stderr.read, daemon=True).start()
            return found.group(1)
    raise RuntimeError("the program did not start:\n" + "".join(said))


def _seconds_until_settled(reader: sqlite3.Connection, amount: int) -> float:
    """For ``amount``, by the pace from the first settled batch on: starting up does not count."""
    left = first = _open(reader)
    while left == amount:
        time.sleep(0.01)
        left = first = _open(reader)
    started = time.perf_counter()
    while left:
        time.sleep(0.05)
        left = _open(reader)
    return (time.perf_counter() - started) * amount / max(first, 1)


def _open(reader: sqlite3.Connection) -> int:
    return int(reader.execute(_OPEN).fetchone()[0])


if __name__ == "__main__":
    sys.exit(main())
