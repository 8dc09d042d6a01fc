"""Which event names a mapping takes, and what it comes to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appsprint.domain.mapping import (
    MAPPABLE_SDK_EVENTS,
    effective_mapping,
    require_sdk_event,
)
from appsprint.errors import InvalidInput

DEFAULTS = {"purchase": "Purchase", "search": "Search"}
names = st.dictionaries(st.sampled_from("abcdef"), st.sampled_from(["A", "B"]))
rows = st.dictionaries(st.sampled_from("abcdef"), st.sampled_from(["A", "C", "", None]))


def test_the_install_and_every_type_but_custom_can_be_mapped() -> None:
    """Custom events are mapped by their names."""
    assert len(MAPPABLE_SDK_EVENTS) == 20
    assert "install" in MAPPABLE_SDK_EVENTS
    assert not {"custom", "__test"} & set(MAPPABLE_SDK_EVENTS)


@pytest.mark.parametrize(
    ("given_name", "name"),
    [
        ("purchase", "purchase"),
        (" Add-To-Cart ", "add_to_cart"),
        ("INSTALL", "install"),
        ("custom:Boss beaten", "custom:Boss beaten"),
        ("custom:  Boss  ", "custom:Boss"),
        (f"custom:{'ü' * 255}", f"custom:{'ü' * 255}"),
    ],
)
def test_an_sdk_event_in_its_one_spelling(given_name: str, name: str) -> None:
    """Case and dashes fold for types; a custom event's name stays as it is, trimmed."""
    assert require_sdk_event(given_name) == name


@pytest.mark.parametrize(
    "name",
    ["", "custom", "__test", "buy", "custom:", "custom:   ", f"custom:{'x' * 256}", "custom:a\tb"],
)
def test_what_is_no_sdk_event(name: str) -> None:
    """Refused, and the message says what there is."""
    with pytest.raises(InvalidInput) as refused:
        require_sdk_event(name)

    assert "custom:<eventName>" in refused.value.message
    assert [problem.field for problem in refused.value.problems] == ["sdk_event"]


@pytest.mark.parametrize(
    ("own", "mapping"),
    [
        ({}, DEFAULTS),
        ({"purchase": "Buy"}, {"purchase": "Buy", "search": "Search"}),
        ({"login": "Login"}, {**DEFAULTS, "login": "Login"}),
        ({"purchase": None}, {"search": "Search"}),
        ({"purchase": ""}, {"search": "Search"}),
        ({"login": None}, DEFAULTS),
    ],
)
def test_own_rows_lie_over_the_defaults(
    own: dict[str, str | None], mapping: dict[str, str]
) -> None:
    """A row without a name is off."""
    assert effective_mapping(DEFAULTS, own) == mapping


@given(names, rows)
def test_every_event_follows_its_own_row_or_else_its_default(
    defaults: dict[str, str], own: dict[str, str | None]
) -> None:
    """And nothing is ever sent under an empty name."""
    mapping = effective_mapping(defaults, own)

    for event in "abcdef":
        expected = own[event] if event in own else defaults.get(event)
        assert mapping.get(event) == (expected or None)
