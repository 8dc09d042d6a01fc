"""Makes `.venv`: the locked requirements with their hashes, then this package, editable.

Run by `make setup` with any Python 3; done already, it says nothing and needs no network. Safe to
interrupt and to run twice at once: one run at a time holds the lock, and an environment that a
killed run left half-made is built anew. Afterwards `assets.py` fetches the dashboard's scripts.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / ".setup-done"
UNFINISHED = VENV / ".setup-unfinished"
LOCKS = ROOT / "requirements"
OLDEST = (3, 11)


def main() -> int:
    """Exit code 0 once the environment is complete, 1 with a message otherwise."""
    key = wanted_key()
    if is_done(key):
        return fetch_assets()
    problem = interpreter_problem()
    if problem:
        return fail(problem)
    lock = os.open(LOCKS, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    if is_done(key):  # another run finished while this one waited
        return fetch_assets()
    return build(key) or fetch_assets()


def fetch_assets() -> int:
    """Exit code 0 even when they cannot be fetched: the product works without them."""
    return 0 if run(str(PYTHON), str(ROOT / "scripts" / "assets.py")) else 1


def wanted_key() -> str:
    """Two digests, of the interpreter and of the requirements: a change asks for a new set-up."""
    digest = hashlib.sha256()
    for path in (*sorted(LOCKS.glob("*.txt")), ROOT / "pyproject.toml"):
        digest.update(path.read_bytes())
    return f"{interpreter_id()} {digest.hexdigest()}"


def interpreter_id() -> str:
    """A virtual environment holds absolute paths, so it is bound to one place and one Python."""
    return hashlib.sha256(f"{ROOT}\n{sys.version}\n{sys.base_prefix}".encode()).hexdigest()


def is_done(key: str) -> bool:
    return PYTHON.exists() and not UNFINISHED.exists() and read_stamp() == key


def read_stamp() -> str:
    return STAMP.read_text() if STAMP.is_file() else ""


def interpreter_problem() -> str | None:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < OLDEST:
        return (
            f"Python {OLDEST[0]}.{OLDEST[1]} or later is needed; {sys.executable} is {version}.\n"
            "Name another one with: make setup PYTHON=python3.12"
        )
    try:
        import ensurepip  # noqa: F401, PLC0415 - Debian ships it in a package of its own
        import venv  # noqa: F401, PLC0415
    except ImportError:
        return (
            f"This Python ({sys.executable}, {version}) cannot make virtual environments.\n"
            "On Debian and Ubuntu: sudo apt-get install python3-venv"
        )
    return None


def build(key: str) -> int:
    reusable = (
        PYTHON.exists()
        and not UNFINISHED.exists()
        and read_stamp().split(" ")[0] == interpreter_id()
    )
    say("Setting up .venv (about a minute the first time) ...")
    VENV.mkdir(exist_ok=True)
    if not reusable and not run(sys.executable, "-m", "venv", "--clear", str(VENV)):
        return fail("The virtual environment could not be made.")
    UNFINISHED.touch()
    installed = install()
    UNFINISHED.unlink()
    if not installed:
        return fail("The requirements could not be installed; the lines above say why.")
    STAMP.write_text(key)
    say("Done.")
    return 0


def install() -> bool:
    """Requirements first: they hold the build backend that the editable install uses offline."""
    pip = (str(PYTHON), "-m", "pip", "--disable-pip-version-check", "install", "-qq")
    return run(*pip, "--require-hashes", "-r", str(LOCKS / "dev.txt")) and run(
        *pip, "--no-deps", "--no-build-isolation", "--no-index", "--editable", str(ROOT)
    )


def run(*command: str) -> bool:
    return subprocess.run(command, cwd=ROOT, check=False).returncode == 0


def say(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


def fail(message: str) -> int:
    say(message)
    return 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        say("Interrupted; the next `make setup` starts again.")
        sys.exit(130)
