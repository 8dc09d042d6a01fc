"""``appsprint sandbox``: stand-ins for the ad networks, to rehearse against."""

from __future__ import annotations

from typing import Annotated

import typer

from appsprint.entrypoints.cli.exit_codes import FAILED
from appsprint.entrypoints.cli.noun import new_noun
from appsprint.entrypoints.cli.output import tell
from appsprint.sandboxes import SANDBOX_ACCESS, serve_apple_sandbox, serve_sandbox

app = new_noun()
APPLE_SETTING = "APPSPRINT_APPLE_ADSERVICES_URL"


@app.callback()
def sandbox() -> None:
    """Serve a stand-in for an ad network on this machine."""


@app.command()
def tiktok(
    *,
    host: Annotated[
        str, typer.Option(help="Address to listen on. The sandbox has no protection.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free port.")] = 8090,
    app_id: Annotated[str, typer.Option(help="The developer app's id.")] = SANDBOX_ACCESS.app_id,
    secret: Annotated[
        str, typer.Option(help="The developer app's secret.")
    ] = SANDBOX_ACCESS.secret,
) -> None:
    """Serve TikTok's Business API as the sandbox imitates it, until interrupted."""

    def announce(url: str) -> None:
        tell("\n".join(announcement(url, app_id=app_id, secret=secret)))

    try:
        serve_sandbox(host, port, app_id=app_id, secret=secret, on_listening=announce)
    except OSError as exc:
        tell(f"Cannot listen on {host} port {port}: {exc.strerror}")
        raise typer.Exit(FAILED) from exc


@app.command()
def apple(
    *,
    host: Annotated[
        str, typer.Option(help="Address to listen on. The sandbox has no protection.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free port.")] = 8091,
) -> None:
    """Serve Apple's AdServices API as the sandbox imitates it, until interrupted.

    The token decides the answer: one that holds "organic" has no ad, "invalid" is refused,
    "unknown" is never found, "early" only at the second attempt, "down" finds the server down.
    Any other is claimed by an ad of Apple Ads.
    """

    def announce(url: str) -> None:
        tell(f"Apple AdServices sandbox. To use it, start appsprint with:\n  {APPLE_SETTING}={url}")

    try:
        serve_apple_sandbox(host, port, on_listening=announce)
    except OSError as exc:
        tell(f"Cannot listen on {host} port {port}: {exc.strerror}")
        raise typer.Exit(FAILED) from exc


def announcement(url: str, *, app_id: str, secret: str) -> list[str]:
    """What a person needs to point appsprint at a sandbox that listens at ``url``."""
    return [
        f"TikTok sandbox on {url} (what arrived: {url}/sandbox/). Stop it with Ctrl-C.",
        "To use it, start appsprint with:",
        f"  APPSPRINT_TIKTOK_API_URL={url}",
        f"  APPSPRINT_TIKTOK_AUTH_URL={url}/portal/auth",
        f"  APPSPRINT_TIKTOK_APP_ID={app_id}",
        f"  APPSPRINT_TIKTOK_SECRET={secret}",
        f"Pixel ID {SANDBOX_ACCESS.pixel_id}, Events API token {SANDBOX_ACCESS.events_token}",
    ]
