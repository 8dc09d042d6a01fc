"""``python -m benchmarks``: durable redirects and event batches against a real server."""

from __future__ import annotations

import argparse
import itertools
import os
import platform
import random
import sys
import time
from collections.abc import Iterator

from benchmarks.load import LoadResult, bounded, run_load
from benchmarks.server import Target, running_server
from benchmarks.traffic import batches, clicks

BATCH_SIZE = 50
MAX_REQUESTS = 2_000_000
PREPARED_CLICKS = 20_000
PREPARED_BATCHES = 6_000


def main() -> int:
    """Run the wanted benchmarks and print a line for each."""
    wanted = _arguments()
    print(f"# {platform.python_version()}, {os.cpu_count()} cores, load generator included")
    is_good = True
    for name in wanted.what:
        with running_server(installs=200) as target:
            result = run_load(
                "127.0.0.1",
                target.port,
                bounded(_requests(name, target), count=MAX_REQUESTS, seconds=wanted.seconds),
                connections=wanted.connections,
            )
        is_good &= _print(name, result)
    return 0 if is_good else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("what", nargs="*", default=["redirects", "events"])
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=10.0)
    found = parser.parse_args()
    if strange := set(found.what) - {"redirects", "events"}:
        parser.error(f"no such benchmark: {', '.join(sorted(strange))}")
    return found


def _requests(name: str, target: Target) -> Iterator[bytes]:
    """Prepared requests; clicks may repeat, event batches end when they are used up."""
    rng = random.Random(7)
    if name == "redirects":
        made = clicks(target.link_path, rng)
        return itertools.cycle(list(itertools.islice(made, PREPARED_CLICKS)))
    now_ms = time.time_ns() // 1_000_000
    all_batches = batches(target.api_key, target.installs, now_ms, rng, size=BATCH_SIZE)
    return iter(list(itertools.islice(all_batches, PREPARED_BATCHES)))


def _print(name: str, result: LoadResult) -> bool:
    """One line of figures; False when an answer was not the expected one."""
    expected, unit = (302, "redirects") if name == "redirects" else (200, "events")
    amount = result.per_second * (BATCH_SIZE if name == "events" else 1)
    wrong = sum(count for status, count in result.statuses.items() if status != expected)
    print(
        f"{name}: {amount:,.0f} durable {unit}/s, {len(result.latencies_ms):,} answers in "
        f"{result.seconds:.1f} s, p50 {result.percentile_ms(0.5):.1f} ms, "
        f"p99 {result.percentile_ms(0.99):.1f} ms, {wrong} unexpected answers"
    )
    return wrong == 0


if __name__ == "__main__":
    sys.exit(main())
