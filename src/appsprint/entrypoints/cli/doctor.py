"""``appsprint doctor``."""

from __future__ import annotations

from collections.abc import Sequence

import typer

from appsprint.entrypoints.cli.exit_codes import FAILED
from appsprint.entrypoints.cli.noun import new_noun
from appsprint.entrypoints.cli.options import JsonOption
from appsprint.entrypoints.cli.output import print_items, tell
from appsprint.entrypoints.cli.session import open_process
from appsprint.services.doctor import Check, CheckState

app = new_noun(has_verbs=False)

COLUMNS = ("state", "name", "message", "action")


@app.command()
def doctor(*, json: JsonOption = False) -> None:
    """Check the database, the ledger, the secret key, the settings and every connection.

    Exit code 1 when something is failing; warnings alone are 0.
    """
    with open_process() as process:
        checks = process.doctor.examine()
    print_items({"items": [_row(check) for check in checks]}, COLUMNS, as_json=json)
    failing = _count(checks, CheckState.FAILING)
    if not json:
        tell(f"{failing} failing, {_count(checks, CheckState.WARNING)} warnings.")
    if failing:
        raise typer.Exit(FAILED)


def _count(checks: Sequence[Check], state: CheckState) -> int:
    return sum(check.state is state for check in checks)


def _row(check: Check) -> dict[str, object]:
    return {
        "name": check.name,
        "state": check.state,
        "app_id": check.app_id,
        "message": check.message,
        "action": check.action,
    }
