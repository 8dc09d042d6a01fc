"""``appsprint deliveries``."""

from __future__ import annotations

from typing import Annotated

import typer

from appsprint.domain.delivery import DeliveryStatus
from appsprint.domain.ids import DeliveryId
from appsprint.entrypoints.cli.noun import new_noun
from appsprint.entrypoints.cli.options import (
    AppOption,
    CursorOption,
    EndOption,
    JsonOption,
    LimitOption,
    StartOption,
    YesOption,
    ask,
    chosen_app,
)
from appsprint.entrypoints.cli.output import (
    as_plain,
    print_items,
    print_json,
    print_one,
    print_table,
    table_of,
)
from appsprint.entrypoints.cli.session import open_services
from appsprint.entrypoints.http.api.deliveries import (
    DeliveryFilterBody,
    DeliveryQuery,
    deliveries_page,
    delivery_detail_answer,
    delivery_filter,
    redrive_answer,
)
from appsprint.entrypoints.http.api.paging import DEFAULT_LIMIT

app = new_noun()

COLUMNS = (
    *("id", "sdk_event", "tiktok_event", "status", "reason", "created_at"),
    *("next_attempt_at", "sent_at", "test_event_code"),
)
ATTEMPT_COLUMNS = ("at", "outcome", "http_status", "code", "message", "request_id", "duration_ms")
StatusOption = Annotated[DeliveryStatus | None, typer.Option(help="Where it stands.")]
ReasonOption = Annotated[str | None, typer.Option(help="Skipped or dead for this reason.")]
SdkEventOption = Annotated[str | None, typer.Option(help="Such as purchase.")]
TikTokEventOption = Annotated[str | None, typer.Option("--tiktok-event", help="Such as Purchase.")]
EventIdOption = Annotated[str | None, typer.Option(help="The SDK's id of the event.")]
DeviceOption = Annotated[str | None, typer.Option(help="The id made on the device.")]


@app.command("list")
def list_deliveries(
    *,
    app_id: AppOption = None,
    status: StatusOption = None,
    reason: ReasonOption = None,
    sdk_event: SdkEventOption = None,
    tiktok_event: TikTokEventOption = None,
    event_id: EventIdOption = None,
    appsprint_id: DeviceOption = None,
    start: StartOption = None,
    end: EndOption = None,
    limit: LimitOption = DEFAULT_LIMIT,
    cursor: CursorOption = None,
    json: JsonOption = False,
) -> None:
    """List deliveries, newest first."""
    query = DeliveryQuery(
        limit=limit,
        cursor=cursor,
        status=status,
        reason=reason,
        sdk_event=sdk_event,
        tiktok_event=tiktok_event,
        event_id=event_id,
        appsprint_id=appsprint_id,
        start=start,
        end=end,
    )
    with open_services() as services:
        page = deliveries_page(services, chosen_app(services, app_id), query)
    print_items(page, COLUMNS, as_json=json)


@app.command()
def show(
    delivery_id: Annotated[str, typer.Argument(help="The delivery's id.")],
    *,
    app_id: AppOption = None,
    json: JsonOption = False,
) -> None:
    """Show a delivery with the payload last sent and each attempt."""
    with open_services() as services:
        found = services.deliveries.get(chosen_app(services, app_id), DeliveryId(delivery_id))
    answer = delivery_detail_answer(found)
    if json:
        print_json(answer)
        return
    plain = as_plain(answer)
    attempts, payload = plain.pop("attempts"), plain.pop("payload")
    print_one(plain, as_json=False)
    if payload is not None:
        print_json(payload)
    if attempts:
        print_table(table_of(attempts, ATTEMPT_COLUMNS))


@app.command()
def redrive(
    *,
    app_id: AppOption = None,
    ids: Annotated[
        list[str] | None,
        typer.Option("--id", metavar="DELIVERY_ID", help="This one; can be repeated."),
    ] = None,
    reason: ReasonOption = None,
    sdk_event: SdkEventOption = None,
    tiktok_event: TikTokEventOption = None,
    event_id: EventIdOption = None,
    appsprint_id: DeviceOption = None,
    start: StartOption = None,
    end: EndOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count.")] = False,
    yes: YesOption = False,
    json: JsonOption = False,
) -> None:
    """Put dead letters back into the queue, with the same event ids.

    Name them with --id, or narrow them down with the other options; without any, all dead
    letters of the app go.
    """
    chosen = [DeliveryId(one) for one in ids] if ids else None
    wanted = DeliveryFilterBody(
        reason=reason,
        sdk_event=sdk_event,
        tiktok_event=tiktok_event,
        event_id=event_id,
        appsprint_id=appsprint_id,
        start=start,
        end=end,
    )
    if chosen is not None and wanted != DeliveryFilterBody():
        raise typer.BadParameter("give either --id or the other options, and not both")
    selection = None if chosen is not None else delivery_filter(wanted)
    with open_services() as services:
        owner, deliveries = chosen_app(services, app_id), services.deliveries
        found = deliveries.redrive(owner, ids=chosen, wanted=selection, dry_run=True)
        answer = redrive_answer(found, is_dry_run=True)
        if not dry_run:
            if answer.warning is not None:
                typer.echo(f"Careful: {answer.warning}.", err=True)
            ask(f"Redrive {found.amount} dead letters?", yes=yes or found.amount == 0)
            found = deliveries.redrive(owner, ids=chosen, wanted=selection)
            answer = redrive_answer(found, is_dry_run=False)
    print_one(answer, as_json=json)
