"""The route of the live self-check."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta

from appsprint.domain.access import Role
from appsprint.domain.ids import AppId
from appsprint.domain.self_check import SelfCheckSums
from appsprint.entrypoints.http.api.decoding import read_query
from appsprint.entrypoints.http.api.routing import ApiRequest, ApiTag, PathId, route, services_of
from appsprint.services.self_checks import WEEKS


class SelfCheckQuery(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """How many ISO weeks, this one included."""

    weeks: Annotated[int, Meta(ge=1, le=104)] = WEEKS


class SelfCheckWeekAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Android installs of a week whose click Play named, decided as if it had not.

    Of `checked` installs `credited` would have got credit by address and device, `agreed` of them
    for the right click. `mean_confidence` beside `right_share` is the live calibration.
    """

    week: Annotated[str, Meta(examples=["2026-W13"])]
    monday: date
    checked: int
    credited: int
    agreed: int
    other_click: int
    no_credit: int
    credited_share: float
    right_share: float | None
    mean_confidence: float | None


class SelfCheckAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The weeks with checks, oldest first."""

    items: list[SelfCheckWeekAnswer]
    next_cursor: None = None


@route(
    "GET",
    "/apps/{app_id:str}/attribution/self-check",
    role=Role.VIEWER,
    tag=ApiTag.INSTALLS,
    query=SelfCheckQuery,
    answer=SelfCheckAnswer,
)
def get_self_check(request: ApiRequest, app_id: PathId) -> SelfCheckAnswer:
    """Show how right matching by address would have been where Play tells the truth."""
    query = read_query(request, SelfCheckQuery)
    weeks = services_of(request).self_checks.weeks(AppId(app_id), amount=query.weeks)
    return SelfCheckAnswer(items=[week_answer(one) for one in weeks])


def week_answer(week: SelfCheckSums) -> SelfCheckWeekAnswer:
    """One week, as it is answered."""
    year, number, _ = week.first_on.isocalendar()
    return SelfCheckWeekAnswer(
        week=f"{year}-W{number:02}",
        monday=week.first_on,
        checked=week.checked,
        credited=week.credited,
        agreed=week.agreed,
        other_click=week.other_click,
        no_credit=week.no_credit,
        credited_share=round(week.credited_share, 4),
        right_share=_rounded(week.right_share),
        mean_confidence=_rounded(week.mean_confidence),
    )


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 4)


HANDLERS = (get_self_check,)
