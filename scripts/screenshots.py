"""Takes the pictures of the README and the guides from the demonstration's data.

Starts `appsprint demo`, signs in, takes each page of `SHOTS` with Chromium and writes a small PNG
to `docs/images`. Without a browser or the dashboard's scripts it says so and changes nothing.

    python -m scripts.screenshots [NAME ...]
"""

from __future__ import annotations

import io
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from scripts.chromium import find_chromium

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
VENDOR = ROOT / "src/appsprint/entrypoints/http/dashboard/static/vendor"
PROGRAM = ROOT / ".venv" / "bin" / "appsprint"
# Text stays sharp on it, and a picture stays below 100 kB.
WIDTH, HEIGHT, COLOURS = 1440, 900, 128
READY = "Everything stays up until Ctrl-C."


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """One picture.

    Attributes:
        name: Of the file, without its ending.
        path: Below the app's address, or the server's where it begins with two slashes.
        app: The app's name; the demonstration gives up an event of the Android app only.
        prepare: What a person would do first, such as open an entry or scroll.
        height: Of the window, in CSS pixels.
    """

    name: str
    path: str
    app: str = "Morning Miles iOS"
    prepare: Callable[[Page], None] | None = None
    height: int = HEIGHT


def open_first_row(page: Page) -> None:
    with page.expect_navigation():
        page.locator("tbody a").first.click()


def open_full_story(page: Page) -> None:
    """An install that several clicks could have earned, with events after it, if there is one."""
    found = page.locator("tbody th a").all()
    for address in [one.get_attribute("href") for one in found]:
        page.goto(str(address))
        clicks = page.get_by_role("region", name="Clicks considered").locator("tbody tr")
        if clicks.count() > 1 and page.get_by_role("region", name="Events after it").count():
            return


SHOTS: tuple[Shot, ...] = (
    Shot(name="overview", path=""),
    Shot(name="tiktok-ads", path="/integrations/tiktok"),
    Shot(name="event-mapping", path="/integrations/tiktok/mapping"),
    Shot(name="ad-link", path="/links", prepare=open_first_row),
    Shot(
        name="install",
        path="/installs?match_type=ip_user_agent",
        prepare=open_full_story,
    ),
    Shot(name="live", path="/live"),
    Shot(name="deliveries", path="/deliveries", app="Morning Miles Android"),
    Shot(name="campaigns", path="/reports/campaigns?days=14"),
    Shot(name="members", path="//settings/members", height=700),
    Shot(name="system", path="//settings/system?ledger=recent", height=1300),
)


def main(names: Sequence[str]) -> int:
    """0 also when there is nothing to take the pictures with; 2 for a name that no shot has."""
    wanted = [shot for shot in SHOTS if not names or shot.name in names]
    if unknown := set(names) - {shot.name for shot in SHOTS}:
        say(f"There is no picture {', '.join(sorted(unknown))}.")
        return 2
    path = find_chromium()
    if path is None:
        say("No Chromium here (scripts/chromium.py installs it): the pictures stay as they are.")
        return 0
    if not (VENDOR / ".built").is_file():
        say("The dashboard's scripts are missing (make setup): the pictures stay as they are.")
        return 0
    say("Playing the demonstration, about a minute ...")
    with demo() as told, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        take_all(browser, told, wanted)
        browser.close()
    return 0


@contextmanager
def demo() -> Iterator[Mapping[str, str]]:
    """The running demonstration: what it tells of the dashboard and how to sign in."""
    process = subprocess.Popen(
        [str(PROGRAM), "demo"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        yield read_addresses(process.stdout or ())
    finally:
        process.terminate()
        process.wait(timeout=60)


def read_addresses(lines: Iterable[str]) -> Mapping[str, str]:
    """Its lines "Dashboard  http://…", "sign in as  …" and "password  …", once it is ready."""
    told: dict[str, str] = {}
    for line in lines:
        if found := re.match(r"\s*(Dashboard|sign in as|password)\s{2,}(\S+)$", line):
            told[found[1]] = found[2]
        if line.strip() == READY:
            return told
    raise SystemExit("The demonstration ended before it was ready: run `make demo` and look.")


def take_all(browser: Browser, told: Mapping[str, str], shots: Sequence[Shot]) -> None:
    page = browser.new_page(
        base_url=told["Dashboard"],
        viewport={"width": WIDTH, "height": HEIGHT},
        color_scheme="light",
        reduced_motion="reduce",
    )
    page.goto("/login")
    page.get_by_label("E-mail address").fill(told["sign in as"])
    page.get_by_label("Password", exact=True).fill(told["password"])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/apps/*")
    IMAGES.mkdir(parents=True, exist_ok=True)
    for shot in shots:
        take(page, shot)


def take(page: Page, shot: Shot) -> None:
    page.set_viewport_size({"width": WIDTH, "height": shot.height})
    app = page.locator(".switcher li a", has_text=shot.app).get_attribute("href")
    page.goto(shot.path[1:] if shot.path.startswith("//") else f"{app}{shot.path}")
    if shot.prepare is not None:
        shot.prepare(page)
    page.mouse.move(0, 0)
    data = smaller(page.screenshot())
    (IMAGES / f"{shot.name}.png").write_bytes(data)
    say(f"docs/images/{shot.name}.png, {len(data) // 1000} kB")


def smaller(png: bytes) -> bytes:
    """The same picture with a palette."""
    out = io.BytesIO()
    with Image.open(io.BytesIO(png)) as image:
        reduced = image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
        reduced.save(out, format="PNG", optimize=True)
    return out.getvalue()


def say(message: str) -> None:
    """Tell on stderr."""
    print(message, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
