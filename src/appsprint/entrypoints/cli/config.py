"""``appsprint config``."""

from __future__ import annotations

from dataclasses import fields

import typer

from appsprint.config import LoadedSettings, Secret, Settings, environment_name
from appsprint.entrypoints.cli.noun import new_noun
from appsprint.entrypoints.cli.options import JsonOption
from appsprint.entrypoints.cli.output import print_items
from appsprint.entrypoints.cli.session import read_settings
from appsprint.entrypoints.cli.settings_reference import settings_reference

app = new_noun()


@app.command()
def show(*, json: JsonOption = False) -> None:
    """Show every setting, its value and where it comes from; secrets are masked."""
    loaded = read_settings()
    print_items({"items": _rows(loaded)}, ("name", "value", "origin"), as_json=json)


@app.command()
def docs() -> None:
    """Print the reference of all settings, in Markdown."""
    typer.echo(settings_reference(), nl=False)


def _rows(loaded: LoadedSettings) -> list[dict[str, object]]:
    return [
        {
            "name": environment_name(setting),
            "value": _plain(getattr(loaded.settings, setting.name)),
            "origin": loaded.origins[setting.name],
        }
        for setting in fields(Settings)
    ]


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return [str(item) for item in value]
    return str(value) if isinstance(value, Secret) else value
