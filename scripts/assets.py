"""Fetches the dashboard's third-party files with npm and copies them to where the server looks.

Run by `make setup` after the Python requirements; done already, it says nothing and needs no
network. Versions and their hashes are in `assets/package-lock.json`. A machine without npm gets
Node from a wheel, into `.venv`. Where the files cannot be fetched the server works all the same,
its pages only without scripts, and the next run tries again.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ASSETS = ROOT / "assets"
MODULES = ASSETS / "node_modules"
VENDOR = ROOT / "src/appsprint/entrypoints/http/dashboard/static/vendor"
STAMP = VENDOR / ".built"
BIN = ROOT / ".venv" / "bin"
# The name we serve it under, and where the package has it.
FILES = {
    "htmx.js": "htmx.org/dist/htmx.min.js",
    "uplot.js": "uplot/dist/uPlot.iife.min.js",
    "uplot.css": "uplot/dist/uPlot.min.css",
}
# Tests read this one where it is.
TEST_FILES = ("axe-core/axe.min.js",)


def main() -> int:
    """Always 0: what is missing is told, and stops nothing."""
    key = wanted_key()
    if is_done(key):
        return 0
    lock = os.open(ASSETS, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    if is_done(key):  # another run finished while this one waited
        return 0
    say("Fetching the dashboard's scripts ...")
    if not fetch():
        say(
            "They could not be fetched: the dashboard works without scripts (no charts, full page "
            "loads). `make setup` tries again."
        )
        return 0
    copy()
    STAMP.write_text(key)
    return 0


def wanted_key() -> str:
    """A digest of everything that the result depends on."""
    digest = hashlib.sha256()
    for path in (ASSETS / "package-lock.json", Path(__file__)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def is_done(key: str) -> bool:
    """Whether the files of this lock are there."""
    found = STAMP.is_file() and STAMP.read_text() == key
    return found and all((MODULES / name).is_file() for name in TEST_FILES)


def fetch() -> bool:
    """Install the locked packages; their scripts do not run."""
    npm = find_npm()
    if npm is None:
        return False
    command = [npm, "ci", "--ignore-scripts", "--no-fund", "--no-audit", "--fetch-retries=1"]
    environment = {**os.environ, "PATH": f"{Path(npm).parent}{os.pathsep}{os.environ['PATH']}"}
    try:
        done = subprocess.run(
            [*command, "--loglevel=error"], cwd=ASSETS, env=environment, check=False, timeout=300
        )
    except (OSError, subprocess.TimeoutExpired) as exc:
        say(str(exc))
        return False
    return done.returncode == 0


def find_npm() -> str | None:
    """The machine's npm, or the one of the wheel, which is installed when there is none."""
    found = shutil.which("npm") or shutil.which("npm", path=str(BIN))
    if found is not None:
        return found
    pip = (str(BIN / "python"), "-m", "pip", "--disable-pip-version-check", "install", "-qq")
    lock = str(ROOT / "requirements" / "node.txt")
    subprocess.run([*pip, "--require-hashes", "-r", lock], cwd=ROOT, check=False)
    return shutil.which("npm", path=str(BIN))


def copy() -> None:
    """Put the files into place, and no others."""
    shutil.rmtree(VENDOR, ignore_errors=True)
    VENDOR.mkdir(parents=True)
    for name, source in FILES.items():
        shutil.copyfile(MODULES / source, VENDOR / name)


def say(message: str) -> None:
    """Tell on stderr."""
    print(message, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
