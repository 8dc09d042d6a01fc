"""``appsprint db``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from appsprint.bootstrap import maintenance
from appsprint.entrypoints.cli.exit_codes import FAILED
from appsprint.entrypoints.cli.noun import new_noun
from appsprint.entrypoints.cli.options import JsonOption
from appsprint.entrypoints.cli.output import print_one, tell
from appsprint.entrypoints.cli.progress import progress_bar
from appsprint.entrypoints.cli.session import read_settings

app = new_noun()


@app.command()
def info(*, json: JsonOption = False) -> None:
    """Show the database file: where, how large, and which schema."""
    facts = maintenance(read_settings().settings).describe()
    answer = {
        "path": str(facts.path),
        "size_bytes": facts.size_bytes,
        "log_size_bytes": facts.log_size_bytes,
        "schema": facts.schema,
        "newest_schema": facts.newest_schema,
    }
    print_one(answer, as_json=json)


@app.command()
def check(*, json: JsonOption = False) -> None:
    """Read the whole file and look for damage; exit code 1 when there is some."""
    damages = maintenance(read_settings().settings).damages()
    print_one({"is_sound": not damages, "damages": list(damages)}, as_json=json)
    if damages:
        raise typer.Exit(FAILED)


@app.command()
def migrate(*, json: JsonOption = False) -> None:
    """Bring the file to this program's schema, with no server running; `serve` does so too."""
    steps = maintenance(read_settings().settings).migrate()
    print_one({"migrated": list(steps)}, as_json=json)


@app.command()
def backup(
    path: Annotated[Path, typer.Argument(help="A new file.")],
    *,
    json: JsonOption = False,
) -> None:
    """Copy the database as it is now, beside a running server. To restore, put the copy back.

    The key that opens stored tokens is not in the copy: keep the file that ends in .key, or the
    value of APPSPRINT_SECRET_KEY, in another place.
    """
    database = maintenance(read_settings().settings)
    with progress_bar("Copying the database") as report:

        def show(done: int, total: int) -> None:
            report("Copying the database", done, total)

        size_bytes = database.back_up(path, on_progress=show)
    if not json:
        tell("The secret key is not in it: keep the .key file, or its setting, in another place.")
    print_one({"path": str(path.absolute()), "size_bytes": size_bytes}, as_json=json)
