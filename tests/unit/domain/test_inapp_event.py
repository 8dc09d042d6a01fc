"""In-app events: their types, names and times."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appsprint.domain.app import Environment
from appsprint.domain.inapp_event import (
    SDK_EVENT_TYPES,
    TEST_EVENT_TYPE,
    fold_event_type,
    occurred_at_ms,
    sdk_event_name,
)
from appsprint.testing.builders import make_event, make_install

ARRIVAL = int(datetime(2026, 3, 10, 12, tzinfo=UTC).timestamp() * 1000)
EARLIEST = int(datetime(2020, 1, 1, tzinfo=UTC).timestamp() * 1000)


def test_the_protocol_has_twenty_types() -> None:
    """And one for tests; an install event is not among them, because it is never on the wire."""
    assert len(SDK_EVENT_TYPES) == 20
    assert all(fold_event_type(name) == name for name in (*SDK_EVENT_TYPES, TEST_EVENT_TYPE))
    assert fold_event_type("install") is None


@pytest.mark.parametrize(
    ("value", "folded"),
    [
        ("Purchase", "purchase"),
        ("ADD-TO-CART", "add_to_cart"),
        ("add_To-cart", "add_to_cart"),
        (" sign-up ", "sign_up"),
        ("__TEST", "__test"),
        ("add to cart", None),
        ("purchases", None),
        ("", None),
        ("ＰＵＲＣＨＡＳＥ", None),
    ],
)
def test_case_and_dashes_fold(value: str, folded: str | None) -> None:
    """One spelling for each type; everything else is no type."""
    assert fold_event_type(value) == folded


@pytest.mark.parametrize(
    ("event_type", "event_name", "name"),
    [
        ("purchase", None, "purchase"),
        ("purchase", "Big one", "purchase"),
        ("custom", "Boss beaten", "custom:Boss beaten"),
        ("custom", None, "custom"),
        ("custom", "", "custom"),
    ],
)
def test_the_name_that_mappings_use(event_type: str, event_name: str | None, name: str) -> None:
    """Only a custom event is called by its own name."""
    assert sdk_event_name(event_type, event_name) == name
    event = make_event(make_install(), event_type=event_type, event_name=event_name)
    assert event.sdk_event == name


@pytest.mark.parametrize(
    ("event_type", "environment", "is_test"),
    [
        ("purchase", Environment.LIVE, False),
        ("purchase", Environment.TEST, True),
        ("__test", Environment.LIVE, True),
    ],
)
def test_what_is_kept_out_of_every_count(
    event_type: str, environment: Environment, is_test: bool
) -> None:
    """The developer's test event, and everything of a test key."""
    event = make_event(make_install(), event_type=event_type, environment=environment)

    assert event.is_test is is_test


@pytest.mark.parametrize(
    ("device_ms", "believed_ms"),
    [
        pytest.param(ARRIVAL, ARRIVAL, id="now"),
        pytest.param(ARRIVAL - 1, ARRIVAL - 1, id="just before"),
        pytest.param(ARRIVAL + 1, ARRIVAL, id="just after"),
        pytest.param(EARLIEST, EARLIEST, id="the first believed instant"),
        pytest.param(EARLIEST - 1, ARRIVAL, id="one step before it"),
        pytest.param(ARRIVAL // 1000, ARRIVAL, id="seconds instead of milliseconds"),
        pytest.param(0, ARRIVAL, id="a clock that was never set"),
        pytest.param(-ARRIVAL, ARRIVAL, id="negative"),
        pytest.param(10**15, ARRIVAL, id="far future"),
    ],
)
def test_a_devices_time_is_believed_where_it_can_be_true(device_ms: int, believed_ms: int) -> None:
    """From 2020 up to the arrival; anything else becomes the arrival."""
    assert occurred_at_ms(device_ms, received_at_ms=ARRIVAL) == believed_ms


@given(st.integers(-(10**16), 10**16))
def test_no_event_happens_after_its_arrival_or_before_2020(device_ms: int) -> None:
    """Whatever a device says."""
    assert EARLIEST <= occurred_at_ms(device_ms, received_at_ms=ARRIVAL) <= ARRIVAL
