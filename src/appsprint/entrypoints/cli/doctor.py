"""``appsprint doctor``."""

from __future__ import annotations

from collections.abc import Sequence

import typer

from appsprint.entrypoints.cli.diagnosis_lines import diagnosis_lines
from appsprint.entrypoints.cli.exit_codes import FAILED
from appsprint.entrypoints.cli.noun import new_noun
from appsprint.entrypoints.cli.options import JsonOption
from appsprint.entrypoints.cli.output import print_items, print_lines, tell
from appsprint.entrypoints.cli.session import open_process
from appsprint.entrypoints.http.api.tiktok_insight import diagnosis_answer
from appsprint.errors import AppsprintError
from appsprint.services.catalog import Services
from appsprint.services.diagnostics import AppDiagnosis
from appsprint.services.doctor import Check, CheckState

app = new_noun(has_verbs=False)

COLUMNS = ("state", "name", "message", "action")


@app.command()
def doctor(*, json: JsonOption = False) -> None:
    """Check the database, the ledger, the secret key, the settings and every connection.

    After that the diagnostics of every connected app. Exit code 1 when a check is failing;
    warnings alone are 0, and so is whatever the diagnostics find: their cause is mostly outside.
    """
    with open_process() as process:
        checks = process.doctor.examine()
        found = _diagnoses(process.services)
    items = [_row(check) for check in checks]
    answer = {"items": items, "diagnostics": [_app_row(one) for one in found]}
    print_items(answer, COLUMNS, as_json=json)
    failing = _count(checks, CheckState.FAILING)
    if not json:
        for one in found:
            print_lines(diagnosis_lines(one))
        tell(f"{failing} failing, {_count(checks, CheckState.WARNING)} warnings.")
    if failing:
        raise typer.Exit(FAILED)


def _diagnoses(services: Services) -> Sequence[AppDiagnosis]:
    """None when they cannot be made: what is wrong then is among the checks."""
    try:
        return services.diagnostics.check_all()
    except AppsprintError as exc:
        tell(f"The connections could not be diagnosed: {exc.message}")
        return []


def _app_row(found: AppDiagnosis) -> dict[str, object]:
    return {
        "app_id": found.app.id,
        "app_name": found.app.name,
        "network": found.network,
        "items": [diagnosis_answer(one) for one in found.items],
    }


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
