"""Takes the pictures of the README and the guides from the demonstration's data.

    python -m scripts.screenshots [--folder docs/images]

It starts `appsprint demo` on a free port, signs in as the demonstration says, and ends it again. It
needs Chromium (`scripts/chromium.py` installs it).
"""

from __future__ import annotations

import argparse
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from scripts.chromium import find_chromium

ROOT = Path(__file__).resolve().parent.parent
# The picture's name, and the page below the app's address; "/" at the front is the server's.
PICTURES: Mapping[str, str] = {
    "overview": "",
    "tiktok": "integrations/tiktok",
    "event-mapping": "integrations/tiktok/mapping",
    "ad-links": "links",
    "campaigns": "reports/campaigns",
    "installs": "installs",
    "deliveries": "deliveries",
    "members": "/settings/members",
}
WIDTH, HEIGHT = 1280, 860


def main() -> int:
    """0 once every picture of a page that exists is taken."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--folder", type=Path, default=ROOT / "docs" / "images")
    folder: Path = parser.parse_args().folder
    program = find_chromium()
    if program is None:
        print("No Chromium here: scripts/chromium.py installs it.", file=sys.stderr)
        return 1
    folder.mkdir(parents=True, exist_ok=True)
    with demonstration() as told, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for scheme in ("light", "dark"):
            take_all(browser, told, folder, scheme)
        browser.close()
    return 0


@contextmanager
def demonstration() -> Iterator[str]:
    """A running demonstration; what it says once it stays up."""
    command = shutil.which("appsprint", path=str(Path(sys.executable).parent)) or "appsprint"
    running = subprocess.Popen([command, "demo"], stdout=subprocess.PIPE, text=True)
    try:
        told = ""
        for line in running.stdout or ():
            told += line
            if "stays up" in line:
                break
        yield told
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait(timeout=30)


def take_all(browser: Browser, told: str, folder: Path, scheme: str) -> None:
    """Every picture in one colour scheme."""
    context = browser.new_context(
        base_url=one(r"Dashboard\s+(\S+)", told),
        viewport={"width": WIDTH, "height": HEIGHT},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto("/login")
    page.get_by_label("E-mail address").fill(one(r"sign in as\s+(\S+)", told))
    page.get_by_label("Password", exact=True).fill(one(r"password\s+(\S+)", told))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/apps/*")
    app = page.url
    for name, path in PICTURES.items():
        place = path if path.startswith("/") else f"{app}/{path}".rstrip("/")
        take(page, place, folder / f"{name}-{scheme}.png")
    context.close()


def take(page: Page, place: str, target: Path) -> None:
    """One picture, unless there is no such page yet."""
    answer = page.goto(place, wait_until="networkidle")
    if answer is not None and answer.ok:
        page.screenshot(path=target)
        print(target)


def one(pattern: str, told: str) -> str:
    """The one thing that the demonstration says there."""
    found = re.search(pattern, told)
    if found is None:
        raise SystemExit(f"the demonstration did not say {pattern!r}")
    return found[1]


if __name__ == "__main__":
    sys.exit(main())
