"""The ``filtering`` parameter of reports: by id, name, status and metric.

Each filter is an object of ``field_name``, ``filter_type`` and ``filter_value``, the value always
a string: JSON text of an array for ``IN`` and ``BETWEEN``.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum

import msgspec

from appsprint.adapters.networks.tiktok.sandbox.answers import ApiError, parameter_error
from appsprint.adapters.networks.tiktok.sandbox.lineage import (
    NOT_DELETED,
    Level,
    Lineage,
    is_shown,
)
from appsprint.adapters.networks.tiktok.sandbox.metrics import is_numeric, value_of


class FilterType(StrEnum):
    """How a filter compares."""

    IN = "IN"
    MATCH = "MATCH"
    GREATER_EQUAL = "GREATER_EQUAL"
    GREATER_THAN = "GREATER_THAN"
    LOWER_EQUAL = "LOWER_EQUAL"
    LOWER_THAN = "LOWER_THAN"
    BETWEEN = "BETWEEN"


@dataclass(frozen=True, slots=True)
class Filter:
    """One parsed filter; ``values`` holds one value except for ``IN`` and ``BETWEEN``."""

    field_name: str
    filter_type: FilterType
    values: tuple[str, ...]


def parse_filters(raw: Sequence[Mapping[str, object]], level: Level) -> tuple[Filter, ...]:
    """The filters, once each is one that reports of this level know."""
    return tuple(_parse_filter(item, level) for item in raw)


def _parse_filter(raw: Mapping[str, object], level: Level) -> Filter:
    name, kind, value = (raw.get(key) for key in ("field_name", "filter_type", "filter_value"))
    if not isinstance(name, str) or not isinstance(kind, str):
        raise parameter_error("Missing required field(s): filtering.field_name, filter_type.")
    if kind not in [member.value for member in FilterType]:
        raise parameter_error(f"Invalid value for filter_type: {kind}.")
    if not isinstance(value, str):
        raise _bad_value(name, "must be a string")
    is_list = kind in {FilterType.IN, FilterType.BETWEEN}
    parsed = Filter(name, FilterType(kind), _text_list(name, value) if is_list else (value,))
    _check_field(parsed, level)
    return parsed


def _text_list(name: str, value: str) -> tuple[str, ...]:
    try:
        return tuple(str(item) for item in msgspec.json.decode(value, type=list[str | int | float]))
    except (ValueError, RecursionError) as error:
        raise _bad_value(name, "must be the JSON text of an array") from error


def _check_field(item: Filter, level: Level) -> None:
    if item.filter_type is FilterType.IN and item.field_name in _in_fields(level):
        return
    if item.filter_type is FilterType.MATCH and item.field_name in _name_fields(level):
        return
    if item.filter_type in {FilterType.IN, FilterType.MATCH} or not is_numeric(item.field_name):
        raise parameter_error(
            f"Invalid filtering: {item.field_name} with {item.filter_type} at {level.data_level}."
        )
    numbers = [_number(item.field_name, value) for value in item.values]
    if item.filter_type is FilterType.BETWEEN and len(numbers) != 2:
        raise _bad_value(item.field_name, "must hold two numbers")


def is_object_shown(lineage: Lineage, level: Level, filters: Collection[Filter]) -> bool:
    """Whether the id, name and status filters let an object through.

    Without a status filter of its own level, deleted objects are hidden there.
    """
    own_status = _status_field(level)
    if level is not Level.ADVERTISER and all(item.field_name != own_status for item in filters):
        filters = [*filters, Filter(own_status, FilterType.IN, (NOT_DELETED,))]
    return all(_object_passes(lineage, item) for item in filters)


def is_row_shown(totals: Mapping[str, Decimal | None], filters: Collection[Filter]) -> bool:
    """Whether the metric filters let a row through; what does not apply never passes."""
    return all(_row_passes(totals, item) for item in filters if is_numeric(item.field_name))


def _object_passes(lineage: Lineage, item: Filter) -> bool:
    for level in _levels_above(Level.AD):
        if item.field_name == f"{level.id_field}s":
            return lineage.id_at(level) in item.values
        if item.field_name == _status_field(level):
            return is_shown(lineage.status_at(level), item.values)
        if item.field_name == f"{level.value}_name":
            name = lineage.names().get(item.field_name, "")
            return item.values[0].casefold() in name.casefold()
    return True


def _row_passes(totals: Mapping[str, Decimal | None], item: Filter) -> bool:
    value = value_of(item.field_name, totals)
    if value is None:
        return False
    low, high = Decimal(item.values[0]), Decimal(item.values[-1])
    return {
        FilterType.GREATER_EQUAL: value >= low,
        FilterType.GREATER_THAN: value > low,
        FilterType.LOWER_EQUAL: value <= low,
        FilterType.LOWER_THAN: value < low,
        FilterType.BETWEEN: low <= value <= high,
    }[item.filter_type]


def _levels_above(level: Level) -> list[Level]:
    """The levels of ads from campaign down to this one; empty for an advertiser."""
    levels = list(Level)
    return levels[1 : levels.index(level) + 1]


def _in_fields(level: Level) -> set[str]:
    levels = _levels_above(level)
    return {f"{item.id_field}s" for item in levels} | {_status_field(item) for item in levels}


def _name_fields(level: Level) -> set[str]:
    return {f"{item.value}_name" for item in _levels_above(level)}


def _status_field(level: Level) -> str:
    return f"{level.value}_status"


def _number(name: str, value: str) -> Decimal:
    try:
        number = Decimal(value)
    except InvalidOperation as error:
        raise _bad_value(name, "must be a number") from error
    if not number.is_finite():
        raise _bad_value(name, "must be a number")
    return number


def _bad_value(name: str, problem: str) -> ApiError:
    return parameter_error(f"Invalid value for filter_value of {name}: {problem}.")
