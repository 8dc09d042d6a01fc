"""What the address of a long list says: filters as texts, days, and the place in the list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, time, timedelta
from typing import Self
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from appsprint.errors import InvalidInput

MAX_FILTER_LENGTH = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class ListView:
    """A list's address; each list adds its filters, which are texts too. Empty means any.

    Attributes:
        start, end: Days in the app's zone, both included.
        after: The last one of the page before.
    """

    start: str = ""
    end: str = ""
    after: str = ""

    @classmethod
    def read(cls, told: Mapping[str, str]) -> Self:
        """The view that an address or a form asks for; what it does not know is passed over."""
        names = [field.name for field in fields(cls)]
        return cls(**{name: told.get(name, "").strip()[:MAX_FILTER_LENGTH] for name in names})

    @property
    def filters(self) -> Mapping[str, str]:
        """What is asked for, by field; without the place in the list."""
        named = {field.name: str(getattr(self, field.name)) for field in fields(self)}
        return {name: text for name, text in named.items() if text and name != "after"}

    def query(self, **changes: str) -> str:
        """The address's query with some things changed; another filter begins at the top."""
        changed = replace(self, **({"after": ""} | changes))
        after = {"after": changed.after} if changed.after else {}
        return urlencode({**changed.filters, **after})

    def span(self, time_zone: str) -> tuple[datetime | None, datetime | None]:
        """When the first day begins and the last one ends, in a zone.

        Raises:
            InvalidInput: A day is not one.
        """
        zone = ZoneInfo(time_zone)
        day = timedelta(days=1)
        return _day(self.start, zone, "start"), _day(self.end, zone, "end", later=day)


def _day(
    text: str, zone: ZoneInfo, field: str, *, later: timedelta = timedelta(0)
) -> datetime | None:
    """When a day that was typed begins, some days later."""
    if not text:
        return None
    try:
        return datetime.combine(date.fromisoformat(text) + later, time(), tzinfo=zone)
    except (ValueError, OverflowError) as exc:
        raise InvalidInput("must be a date such as 2026-03-29", field=field) from exc
