"""Options that several commands share, and how their values are read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, TypeVar

import typer

from appsprint.domain.ids import AppId
from appsprint.entrypoints.http.api.decoding import Cursor, Instant
from appsprint.entrypoints.http.api.paging import MAX_LIMIT, PageQuery
from appsprint.services.catalog import Services

T = TypeVar("T")


def _read(kind: Callable[[str], T]) -> Callable[[str], T]:
    """A reader that tells what is wrong in its own words."""

    def read(text: str) -> T:
        try:
            return kind(text)
        except ValueError as exc:
            raise typer.BadParameter(str(exc)) from exc

    return read


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as exc:
        raise ValueError(f"{text!r} is not a date such as 2026-03-29") from exc


JsonOption = Annotated[
    bool, typer.Option("--json", help="Print JSON, in the shape of the HTTP API.")
]
AppOption = Annotated[
    str | None,
    typer.Option("--app", metavar="APP_ID", help="The app; not needed while there is only one."),
]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
LimitOption = Annotated[int, typer.Option(min=1, max=MAX_LIMIT, help="How many to list at most.")]
CursorOption = Annotated[
    Cursor | None,
    typer.Option(parser=_read(Cursor), metavar="CURSOR", help="Where the list before ended."),
]
StartOption = Annotated[
    Instant | None,
    typer.Option(
        parser=_read(Instant), metavar="TIME", help="From this date or RFC 3339 instant on (UTC)."
    ),
]
EndOption = Annotated[
    Instant | None,
    typer.Option(parser=_read(Instant), metavar="TIME", help="Before this date or instant (UTC)."),
]
read_date_option = _read(_date)
FirstDayOption = Annotated[
    date | None,
    typer.Option("--start", parser=read_date_option, metavar="DATE", help="First day, included."),
]
LastDayOption = Annotated[
    date | None,
    typer.Option("--end", parser=read_date_option, metavar="DATE", help="Last day, included."),
]


def page_query(limit: int, cursor: Cursor | None) -> PageQuery:
    """What a list command asks for."""
    return PageQuery(limit=limit, cursor=cursor)


def chosen_app(services: Services, app_id: str | None) -> AppId:
    """The app that a command is about: the one named, or else the only one.

    Raises:
        NotFound: There is no such app.
        BadParameter: None is named, and there is none or more than one.
    """
    if app_id is not None:
        return services.apps.get(AppId(app_id)).id
    apps = services.apps.list()
    if len(apps) == 1:
        return apps[0].id
    if not apps:
        raise typer.BadParameter("there is no app yet: make one with `appsprint apps create`")
    known = ", ".join(f"{app.id} ({app.name})" for app in apps[:20])
    raise typer.BadParameter(f"there are {len(apps)} apps, so name one with --app: {known}")


def ask(question: str, *, yes: bool) -> None:
    """Go on only if the person agrees, or said so beforehand."""
    if not yes:
        typer.confirm(question, abort=True, err=True)
