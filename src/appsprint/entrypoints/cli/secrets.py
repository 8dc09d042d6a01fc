"""``appsprint secrets``."""

from __future__ import annotations

from dataclasses import asdict

from appsprint.entrypoints.cli.noun import new_noun
from appsprint.entrypoints.cli.options import JsonOption, YesOption, ask
from appsprint.entrypoints.cli.output import print_items, print_one, tell
from appsprint.entrypoints.cli.progress import progress_bar
from appsprint.entrypoints.cli.session import open_services

app = new_noun()

KEY_COLUMNS = ("key_id", "is_current", "is_known", "secrets")


@app.command()
def keys(*, json: JsonOption = False) -> None:
    """List the keys that are known or needed, and how many stored secrets each one opens.

    Keys are told by the start of their hash and never shown.
    """
    with open_services() as services:
        uses = services.secret_keys.uses()
    items = [asdict(use) for use in uses]
    print_items({"items": items, "next_cursor": None}, KEY_COLUMNS, as_json=json)


@app.command()
def rotate(*, json: JsonOption = False) -> None:
    """Seal every stored secret again, with a new key.

    Where the key is in the file beside the database, a new one is made there. Where
    APPSPRINT_SECRET_KEY names it, set that to a new key and APPSPRINT_SECRET_KEY_PREVIOUS to the
    present one, start the server with both, and run this with both. A running server keeps
    working; what was interrupted is finished by running it again. Earlier keys are kept, because
    backups of the database need them.
    """
    with open_services() as services, progress_bar("Sealing secrets again") as report:

        def show(done: int, total: int) -> None:
            report("Sealing secrets again", done, total)

        rotated = services.secret_keys.rotate(progress=show)
    if not json and not rotated.resealed and not rotated.is_new_key:
        tell("Every secret is sealed with the current key already.")
    if rotated.damaged:
        tell(f"{rotated.damaged} secrets are damaged and stay as they are; see the log.")
    print_one(asdict(rotated), as_json=json)


@app.command()
def forget(*, yes: YesOption = False, json: JsonOption = False) -> None:
    """Erase the stored secrets whose key is lost for good, so that the server starts again.

    The connections that they belong to end; history, mapping and what waits to be sent stay.
    Members whose second factor was sealed with it sign in without one and set it up again.
    Secrets that a known key opens are not touched.
    """
    with open_services() as services:
        ask("Erase every stored secret that no known key opens?", yes=yes)
        forgotten = services.secret_keys.forget_unreadable()
    print_one(asdict(forgotten), as_json=json)
