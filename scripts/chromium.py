"""Installs Chromium with the system's packages, where there is none, for the tests in a browser.

Run by `.ci/run`. It needs Debian or Ubuntu and the rights to install packages; without them it says
so and ends with 0, because those tests then skip themselves with a reason.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def main() -> int:
    """0 in any case: a missing browser stops nothing but its own tests."""
    if find_chromium() is not None:
        return 0
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        say("No Chromium here, and no rights to install it: the tests in a browser are skipped.")
        return 0
    say("Installing Chromium ...")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"],
    ):
        done = subprocess.run(
            command, env=environment, check=False, timeout=600, stdout=subprocess.DEVNULL
        )
        if done.returncode != 0:
            say(f"{' '.join(command)} failed: the tests in a browser are skipped.")
            return 0
    return 0


def find_chromium() -> str | None:
    """The browser's program; None when there is none."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def say(message: str) -> None:
    """Tell on stderr."""
    print(message, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
