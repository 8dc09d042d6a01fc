"""The program ``appsprint``: its nouns, and what an error looks like."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from appsprint import __version__
from appsprint.entrypoints.cli.exit_codes import exit_code_of
from appsprint.entrypoints.cli.output import tell_error
from appsprint.errors import AppsprintError

# In the order of the help page; the module of a noun has its name.
NOUNS: Mapping[str, str] = {
    "serve": "Run the server: ad links, SDK routes, management API, and the loops beside them.",
    "demo": "Play two weeks of traffic against a server and a TikTok sandbox on this machine.",
    "doctor": "Check the whole installation, and say what to do.",
    "ledger": "Check that everything that arrived is accounted for, day by day.",
    "apps": "Apps: what is advertised.",
    "keys": "API keys: what an app's SDK sends.",
    "test-devices": "Test devices: whose installs are tests.",
    "links": "Ad links: what people paste into ads.",
    "tiktok": "An app's connection to TikTok.",
    "reports": "Reports: what each campaign cost and earned.",
    "quality": "Quality rules: which installs look made up, and what becomes of them.",
    "installs": "Installs, and who earned them.",
    "events": "In-app events, and what became of them.",
    "deliveries": "Deliveries: events on their way to TikTok.",
    "export": "Export raw data as CSV or JSON lines.",
    "erase": "Erase one device's or one customer's data.",
    "attribution": "The matching of clicks and installs by itself.",
    "members": "Members: the people who sign in to the dashboard.",
    "simulate": "Match a made-up world with known truth, and print how right the matching was.",
    "tokens": "Tokens of the management API.",
    "config": "Settings: their values, and their reference.",
    "db": "The database file.",
    "secrets": "The keys behind stored tokens.",
    "sandbox": "Stand-ins for ad networks, to rehearse against.",
}


class Noun(TyperCommand):
    """A noun whose module is imported when it is used: help and completion stay fast."""

    def __init__(self, name: str, help_text: str) -> None:
        super().__init__(name, help=help_text)

    def load(self) -> TyperCommand | TyperGroup:
        """The real command."""
        module = importlib.import_module(
            f"appsprint.entrypoints.cli.{str(self.name).replace('-', '_')}"
        )
        command = typer.main.get_command(module.app)
        assert isinstance(command, TyperCommand | TyperGroup)  # noqa: S101 Typer makes no other
        command.help = command.help or self.help
        return command

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: Any = None,  # Typer keeps the type to itself.
        **extra: Any,
    ) -> Any:
        return self.load().make_context(info_name, args, parent=parent, **extra)


class Program(TyperGroup):
    """The nouns. An error of ours is one line on stderr and an exit code, never a trace."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = {name: Noun(name, help_text) for name, help_text in NOUNS.items()}

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except AppsprintError as exc:
            tell_error(exc)
            raise typer.Exit(exit_code_of(exc)) from exc


app = typer.Typer(
    cls=Program,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"appsprint {__version__}")
        raise typer.Exit


@app.callback()
def appsprint(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version.", callback=_show_version, is_eager=True),
    ] = False,
) -> None:
    """App Sprint Attribution: which TikTok ad earned which install, and what it brought back.

    Settings come from the environment; `appsprint config show` prints them. Data goes to stdout,
    talk to stderr. Exit codes: 0 done, 1 failed, 2 wrong usage.
    """


def main() -> None:
    """The script ``appsprint``."""
    app(prog_name="appsprint")
