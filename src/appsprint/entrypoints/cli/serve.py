"""``appsprint serve``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

import typer

from appsprint.bootstrap import Process, build
from appsprint.config import Settings
from appsprint.entrypoints.cli.noun import new_noun
from appsprint.entrypoints.cli.output import tell
from appsprint.entrypoints.cli.session import read_settings
from appsprint.entrypoints.http.server import Server, ServerPlan, ServerRole, bind
from appsprint.errors import AlreadyRunning
from appsprint.observability import set_up_logging
from appsprint.services.catalog import Services

app = new_noun(has_verbs=False)


@app.command()
def serve(
    *,
    role: Annotated[
        ServerRole,
        typer.Option(help="all: routes and loops; edge: routes only; worker: loops only."),
    ] = ServerRole.ALL,
    host: Annotated[str | None, typer.Option(help="Instead of APPSPRINT_HOST.")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Instead of APPSPRINT_PORT; 0 is any.")
    ] = None,
) -> None:
    """Run the server until SIGTERM or Ctrl-C; requests under way are answered first."""
    settings = read_settings().settings
    settings = replace(
        settings,
        host=settings.host if host is None else host,
        port=settings.port if port is None else port,
    )
    set_up_logging(log_format=settings.log_format, level=settings.log_level)
    run_server(settings, role)


def run_server(settings: Settings, role: ServerRole) -> None:
    """Build everything, serve until the process is told to stop, and give everything back.

    Raises:
        ConfigurationError: A setting, the database, the key or the address cannot be used.
        StoreUnavailable: The database cannot be opened.
    """
    any_port = settings.port == 0
    # Any port becomes a number first, because ad links and TikTok's way back carry it. A number
    # that is given is taken last, so that a second server is told what it is.
    listener = bind(settings.host, 0) if any_port else None
    if listener is not None:
        settings = replace(settings, port=listener.getsockname()[1])
    process = _build(settings, role)
    try:
        plan = ServerPlan(
            services=process.services,
            spool=process.spool,
            listener=listener or bind(settings.host, settings.port),
            role=role,
        )
        server = Server(plan)
        words = [f"Listening on {server.url}"] if any_port else []
        if role is not ServerRole.WORKER:
            words += _let_owner_in(process.services)
        server.run(on_ready=lambda: _tell_all(words))
    finally:
        process.close()


def _build(settings: Settings, role: ServerRole) -> Process:
    try:
        return build(settings, is_server=True)
    except AlreadyRunning as exc:
        if role is ServerRole.ALL:
            raise
        raise AlreadyRunning(
            f"{exc.message}. A SQLite file is for one server: start it with --role all"
        ) from exc


def _let_owner_in(services: Services) -> list[str]:
    """Take the operator's own token, or else say where to make the first one."""
    admin_token = services.settings.admin_token
    if admin_token is not None:
        services.access.seed_owner(admin_token)
    if not services.setup.is_needed():
        return []
    secret = services.setup.begin()
    return [
        "Nobody can manage this server yet. Create the owner account, once, at:",
        f"  {services.settings.base_url}/setup/{secret}",
    ]


def _tell_all(words: Sequence[str]) -> None:
    for line in words:
        tell(line)
