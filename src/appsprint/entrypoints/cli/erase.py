"""``appsprint erase``."""

from __future__ import annotations

from typing import Annotated

import typer

from appsprint.domain.privacy import DataSubject
from appsprint.entrypoints.cli.noun import new_noun
from appsprint.entrypoints.cli.options import AppOption, JsonOption, YesOption, ask, chosen_app
from appsprint.entrypoints.cli.output import print_one, tell
from appsprint.entrypoints.cli.session import open_services
from appsprint.entrypoints.http.api.privacy import erasure_answer

app = new_noun(has_verbs=False)


@app.command()
def erase(
    *,
    appsprint_id: Annotated[
        str | None, typer.Option(help="The id that the SDK made on the device.")
    ] = None,
    customer_user_id: Annotated[
        str | None, typer.Option(help="All devices that ever had this customer's id.")
    ] = None,
    app_id: AppOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would go.")] = False,
    yes: YesOption = False,
    json: JsonOption = False,
) -> None:
    """Erase a device's or a customer's data everywhere, and print a receipt that names nobody.

    Reports keep their sums. What was not sent to TikTok yet never is. Backups are not touched.
    """
    subject = DataSubject(appsprint_id=appsprint_id, customer_user_id=customer_user_id)
    with open_services() as services:
        chosen = chosen_app(services, app_id)
        if not dry_run:
            ask("Erase this person's data for good?", yes=yes)
        receipt = services.privacy.erase(chosen, subject, is_dry_run=dry_run)
        is_spool_empty = services.system.state().is_spool_empty
    if not is_spool_empty:
        tell(
            "Clicks wait in the spool, and they may be this person's: only the server brings them "
            "in. Erase once more when appsprint doctor says that none waits."
        )
    print_one(erasure_answer(receipt), as_json=json)
