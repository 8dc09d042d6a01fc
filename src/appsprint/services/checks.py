"""What people may type into names, time zones and currencies; every problem is told at once."""

from __future__ import annotations

import functools
import zoneinfo
from collections.abc import Callable
from typing import TypeVar

from appsprint.domain.counted import amount_of
from appsprint.domain.money import is_currency_code
from appsprint.errors import FieldProblem, InvalidInput

MAX_NAME_LENGTH = 200
# Joiners show nothing by themselves, and names in Persian or with emoji need them.
_JOINERS = str.maketrans("", "", "\u200c\u200d")
_QUOTED_LENGTH = 80

T = TypeVar("T")
V = TypeVar("V")


class Problems:
    """Gathers what is wrong with several fields, so that the caller hears it in one answer."""

    def __init__(self) -> None:
        self._found: list[FieldProblem] = []

    def check(self, read: Callable[[V], T], value: V | None, *, otherwise: T) -> T:
        """What ``read`` makes of ``value``; ``otherwise`` for None and for a value it refuses.

        The refusal, an ``InvalidInput``, is kept.
        """
        if value is None:
            return otherwise
        try:
            return read(value)
        except InvalidInput as exc:
            self._found.extend(exc.problems)
            return otherwise

    def add(self, field: str, message: str) -> None:
        self._found.append(FieldProblem(field, message))

    def raise_if_any(self) -> None:
        """Raise ``InvalidInput`` with everything that was gathered; nothing when all is well."""
        raise_problems(self._found)


def raise_problems(problems: list[FieldProblem]) -> None:
    """Raise one ``InvalidInput`` that carries all ``problems``; nothing when there are none."""
    if not problems:
        return
    if len(problems) == 1:
        message = f"{problems[0].field}: {problems[0].message}"
    else:
        fields = ", ".join(dict.fromkeys(problem.field for problem in problems[:20]))
        message = f"{amount_of(len(problems), 'value is', 'values are')} not allowed: {fields}"
    raise InvalidInput(message, problems=problems)


def require_name(text: str, *, field: str = "name") -> str:
    """The name without spaces around it.

    Raises:
        InvalidInput: Empty, longer than 200 characters, or with characters that do not print.
    """
    name = text.strip()
    if not 1 <= len(name) <= MAX_NAME_LENGTH:
        raise InvalidInput(f"must be 1 to {MAX_NAME_LENGTH} characters long", field=field)
    if not name.translate(_JOINERS).isprintable():
        raise InvalidInput("must be one line of printable characters", field=field)
    return name


def require_time_zone(name: str, *, field: str = "time_zone") -> str:
    """The IANA name of a time zone.

    Raises:
        InvalidInput: There is no such zone.
    """
    if name not in _known_time_zones():
        raise InvalidInput(
            f"{quoted(name)} is not a time zone; use an IANA name such as Europe/Berlin or UTC",
            field=field,
        )
    return name


def require_currency(code: str, *, field: str = "currency") -> str:
    """The code of a currency in the form of ISO 4217.

    Raises:
        InvalidInput: Not three capital letters.
    """
    if not is_currency_code(code):
        raise InvalidInput(
            f"{quoted(code)} is not a currency; use an ISO 4217 code such as USD", field=field
        )
    return code


def require_within(field: str, allowed: range, unit: str, value: int) -> int:
    """A number in a range whose first and last value are allowed.

    Raises:
        InvalidInput: It is outside.
    """
    if value not in allowed:
        raise InvalidInput(f"must be {allowed[0]} to {allowed[-1]} {unit}", field=field)
    return value


def quoted(text: str) -> str:
    """A value as a message shows it: in quotes, cut when it is long."""
    shown = text if len(text) <= _QUOTED_LENGTH else f"{text[:_QUOTED_LENGTH]}…"
    return repr(shown)


@functools.cache
def _known_time_zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())
