"""The ``filtering`` object of ``/campaign/get/``, ``/adgroup/get/`` and ``/ad/get/``.

Which level knows which filter follows the API reference (developer portal, v1.3, July 2026). A
filter that a level does not know is refused; TikTok may ignore some, but that would hide a typo.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from appsprint.adapters.networks.tiktok.sandbox.answers import ApiError, parameter_error
from appsprint.adapters.networks.tiktok.sandbox.lineage import NOT_DELETED, Level, is_shown
from appsprint.adapters.networks.tiktok.sandbox.object_rows import ObjectRow

Predicate = Callable[[ObjectRow], bool]
_MAX_IDS = 100
_COMMON_FILTERS = (
    "campaign_ids objective_type buying_types optimization_goal campaign_system_origins "
    "primary_status secondary_status creation_filter_start_time creation_filter_end_time"
)
_COMMON = frozenset(_COMMON_FILTERS.split(" "))
_KNOWN: Mapping[Level, frozenset[str]] = {
    Level.CAMPAIGN: _COMMON
    | {"campaign_name", "is_smart_performance_campaign", "split_test_enabled"}
    | {"campaign_type", "campaign_product_source"},
    Level.ADGROUP: _COMMON | {"adgroup_ids", "adgroup_name", "split_test_enabled"},
    Level.AD: _COMMON | {"adgroup_ids", "ad_ids", "modified_after"},
}
_TEXT_FILTERS = (
    "campaign_name adgroup_name objective_type optimization_goal primary_status "
    "secondary_status campaign_type campaign_product_source creation_filter_start_time "
    "creation_filter_end_time modified_after"
)
_TEXTS = frozenset(_TEXT_FILTERS.split(" "))


def object_filter(filtering: Mapping[str, object], level: Level) -> Predicate:
    """Whether a row is listed. Without a status filter, deleted objects are not.

    Raises:
        ApiError: A filter is unknown at this level or its value has the wrong type.
    """
    if unknown := sorted(filtering.keys() - _KNOWN[level]):
        raise parameter_error(f"Invalid filtering fields: {unknown}")
    given = dict(filtering)
    if "primary_status" not in given and "secondary_status" not in given:
        given["primary_status"] = NOT_DELETED
    given.setdefault("campaign_system_origins", ["TT_ADS_PLATFORM"])
    predicates = [_predicate(name, value, level) for name, value in given.items()]
    return lambda row: all(predicate(row) for predicate in predicates)


def _predicate(name: str, value: object, level: Level) -> Predicate:
    if name.endswith(("_ids", "_types", "_origins")):
        return _one_of(name, value)
    if name not in _TEXTS:
        return lambda row: row.fields.get(name) == value
    if not isinstance(value, str):
        raise _bad_value(name, "not a valid string")
    return _text_predicate(name, value, level)


def _one_of(name: str, value: object) -> Predicate:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise _bad_value(name, "not a valid array of strings")
    if not 1 <= len(value) <= _MAX_IDS:
        raise _bad_value(name, f"must hold 1 to {_MAX_IDS} items")
    field_name = name.removesuffix("s")
    # All that the sandbox has was bought at auction.
    default = "AUCTION" if name == "buying_types" else "TT_ADS_PLATFORM"
    return lambda row: row.fields.get(field_name, default) in value


def _text_predicate(name: str, value: str, level: Level) -> Predicate:
    if name.endswith("_name"):
        return lambda row: value.casefold() in str(row.fields[name]).casefold()
    if name == "primary_status":
        return lambda row: is_shown(row.lineage.status_at(level), [value])
    if name == "secondary_status":
        return _secondary_status(value, level)
    if name in {"creation_filter_start_time", "creation_filter_end_time", "modified_after"}:
        return _time_predicate(name, value)
    return lambda row: row.lineage.names().get(name, row.fields.get(name)) == value


def _secondary_status(value: str, level: Level) -> Predicate:
    prefix = f"{level.value.upper()}_STATUS_"
    if value in {f"{prefix}ALL", f"{prefix}NOT_DELETE"}:
        primary = f"STATUS_{value.removeprefix(prefix)}"
        return lambda row: is_shown(row.lineage.status_at(level), [primary])
    return lambda row: row.fields["secondary_status"] == value


def _time_predicate(name: str, value: str) -> Predicate:
    try:
        datetime.strptime(value, "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 - only its form matters
    except ValueError as error:
        raise _bad_value(name, "must be YYYY-MM-DD HH:MM:SS") from error
    if name == "creation_filter_end_time":
        return lambda row: str(row.fields["create_time"]) <= value
    field_name = "modify_time" if name == "modified_after" else "create_time"
    return lambda row: str(row.fields[field_name]) >= value


def _bad_value(name: str, problem: str) -> ApiError:
    return parameter_error(f"Invalid value for filtering.{name}: {problem}.")
