"""``/event/track/`` is judged as TikTok's reference says, in TikTok's order."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appsprint.adapters.networks.tiktok.sandbox.answers import ApiError
from appsprint.adapters.networks.tiktok.sandbox.track_request import CURRENCIES, decode_body
from appsprint.adapters.networks.tiktok.sandbox.validation import (
    TrackRequest,
    check_track_request,
    refusal_of,
)
from tests.unit.tiktok_sandbox.builders import (
    NOW_SECONDS,
    PIXEL,
    SHA256,
    error_of,
    make_body,
    make_event,
)


def check(body: bytes) -> TrackRequest:
    """Validate as a token that may write to the test pixel."""
    return check_track_request(body, may_write=lambda code: code == PIXEL, now_seconds=NOW_SECONDS)


TOP_LEVEL = [
    pytest.param(b"", 40002, "Invalid JSON body.", id="empty body"),
    pytest.param(b"{", 40002, "Invalid JSON body.", id="not JSON"),
    pytest.param(b"[]", 40002, "Invalid JSON body.", id="not an object"),
    pytest.param(b'{"x":"\xff"}', 40002, "Invalid JSON body.", id="not UTF-8"),
    pytest.param(b"[" * 100_000, 40002, "Invalid JSON body.", id="endless nesting"),
    pytest.param(
        make_body(event_source_id=None),
        40002,
        "Missing required field(s): event_source_id.",
        id="no pixel",
    ),
    pytest.param(
        make_body(event_source=None, data=None),
        40002,
        "Missing required field(s): event_source, data.",
        id="two missing",
    ),
    pytest.param(
        make_body(event_source="website"),
        40002,
        "Invalid value for event_source: must be one of ['web','app','offline','crm'].",
        id="unknown source",
    ),
    pytest.param(
        make_body(event_source_id=7),
        40002,
        "Invalid value for event_source_id: not a valid string.",
        id="pixel code not a string",
    ),
    pytest.param(
        make_body(data={}), 40002, "Invalid value for data: not a valid list.", id="data an object"
    ),
    pytest.param(
        make_body(test_event_code=5),
        40002,
        "Invalid value for test_event_code: not a valid string.",
        id="test code not a string",
    ),
    pytest.param(
        make_body(event_source_id="D1UNKNOWN"),
        40001,
        "No permission to operate pixel code: D1UNKNOWN",
        id="foreign pixel",
    ),
    pytest.param(
        make_body(event_source="crm"),
        40001,
        f"No permission to operate crm event source: {PIXEL}",
        id="a source without pixels",
    ),
    pytest.param(
        make_body(data=[]), 40002, "data: Length must be between 1 and 1000.", id="no event"
    ),
    pytest.param(
        make_body(*[make_event()] * 1001),
        40002,
        "data: Length must be between 1 and 1000.",
        id="1,001 events",
    ),
]


@pytest.mark.parametrize(("body", "code", "message"), TOP_LEVEL)
def test_each_broken_rule_of_the_request_has_its_answer(
    body: bytes, code: int, message: str
) -> None:
    """The body, the top level, the right on the pixel and the size are checked before events."""
    assert error_of(lambda: check(body)) == (code, message)


EVENTS = [
    pytest.param("x", "Invalid value for data.1: not a valid object.", id="not an object"),
    pytest.param(
        make_event(event=None), "Missing required field(s): data.1.event.", id="no event name"
    ),
    pytest.param(
        make_event(event=""), "Missing required field(s): data.1.event.", id="empty event name"
    ),
    pytest.param(
        make_event(event=3), "Invalid value for data.1.event: not a valid string.", id="a number"
    ),
    pytest.param(
        make_event(event_time=None),
        "Missing required field(s): data.1.event_time.",
        id="no event time",
    ),
    pytest.param(
        make_event(event_time=str(NOW_SECONDS)),
        "Invalid value for data.1.event_time: not a valid integer.",
        id="time as text",
    ),
    pytest.param(
        make_event(event_time=float(NOW_SECONDS)),
        "Invalid value for data.1.event_time: not a valid integer.",
        id="time as a float",
    ),
    pytest.param(
        make_event(event_time=True),
        "Invalid value for data.1.event_time: not a valid integer.",
        id="time as a boolean",
    ),
    pytest.param(
        make_event(event_time=NOW_SECONDS * 1000),
        "Invalid value for data.1.event_time: must be in seconds, not milliseconds.",
        id="time in milliseconds",
    ),
    pytest.param(
        make_event(event_time=NOW_SECONDS + 601),
        "Invalid value for data.1.event_time: is in the future.",
        id="time in the future",
    ),
    pytest.param(
        make_event(event_time=0),
        "Invalid value for data.1.event_time: must be a positive Unix time.",
        id="time zero",
    ),
    pytest.param(
        make_event(event_id=17), "Invalid value for event_id: not a valid string.", id="numeric id"
    ),
    pytest.param(
        {**make_event(), "event_id": None},
        "Invalid value for event_id: not a valid string.",
        id="null id",
    ),
    pytest.param(
        make_event(user=[]), "Invalid value for data.1.user: not a valid object.", id="user a list"
    ),
    pytest.param(
        make_event(user={"ttclid": 1}),
        "Invalid value for data.1.user.ttclid: not a valid string.",
        id="ttclid not a string",
    ),
    pytest.param(
        make_event(user={"email": 1}),
        "Invalid value for data.1.user.email: not a valid string.",
        id="email not a string",
    ),
    pytest.param(
        make_event(user={"email": [1]}),
        "Invalid value for data.1.user.email: not a valid string.",
        id="email a list of numbers",
    ),
    pytest.param(
        make_event(properties={"value": "9.99"}),
        "Invalid value for data.1.properties.value: not a valid number.",
        id="value as text",
    ),
    pytest.param(
        make_event(properties={"value": True}),
        "Invalid value for data.1.properties.value: not a valid number.",
        id="value a boolean",
    ),
    pytest.param(
        make_event(properties={"currency": "EURO"}),
        "Invalid value for data.1.properties.currency: not a supported currency.",
        id="unknown currency",
    ),
    pytest.param(
        make_event(properties={"currency": "eur"}),
        "Invalid value for data.1.properties.currency: not a supported currency.",
        id="currency in lower case",
    ),
    pytest.param(
        make_event(properties={"content_ids": ["a", 2]}),
        "Invalid value for data.1.properties.content_ids: not a valid list of strings.",
        id="content_ids with a number",
    ),
    pytest.param(
        make_event(properties={"contents": {}}),
        "Invalid value for data.1.properties.contents: not a valid list.",
        id="contents an object",
    ),
    pytest.param(
        make_event(properties={"contents": [{}, {"content_id": 5}]}),
        "Batch.1.properties.contents.1.content_id: Not a valid string.",
        id="content_id a number",
    ),
    pytest.param(
        make_event(properties={"contents": [{"price": "1"}]}),
        "Batch.1.properties.contents.0.price: Not a valid number.",
        id="price as text",
    ),
    pytest.param(
        make_event(page="https://x"),
        "Invalid value for data.1.page: not a valid object.",
        id="page as text",
    ),
    pytest.param(
        make_event(page={"url": 1}),
        "Invalid value for data.1.page.url: not a valid string.",
        id="page.url a number",
    ),
    pytest.param(
        make_event(limited_data_use="yes"),
        "Invalid value for data.1.limited_data_use: not a valid boolean.",
        id="limited_data_use as text",
    ),
]


@pytest.mark.parametrize(("event", "message"), EVENTS)
def test_each_broken_rule_of_an_event_has_its_answer(event: object, message: str) -> None:
    """One bad event refuses the whole request, and the message names its place."""
    assert error_of(lambda: check(make_body(make_event(), event))) == (40002, message)


@pytest.mark.parametrize("name", ["email", "phone", "external_id"])
@pytest.mark.parametrize("value", ["ada@example.com", "", [SHA256, "ada@example.com"], SHA256[1:]])
def test_personal_data_must_be_hashed(name: str, value: object) -> None:
    """An unhashed identifier would be a privacy incident, so it is refused with its own code."""
    body = make_body(make_event(user={name: value}))

    message = f"data.0.user.{name}: PII must be hashed with SHA-256."
    assert error_of(lambda: check(body)) == (40062, message)


@pytest.mark.parametrize("value", [SHA256, SHA256.upper(), [SHA256], []])
def test_hashes_are_taken_as_text_or_list(value: object) -> None:
    """Both forms of the reference are taken, in either case of the digits."""
    assert check(make_body(make_event(user={"email": value}))).events


@pytest.mark.parametrize(
    ("name", "is_good"),
    [
        ("Purchase", True),
        ("a", True),
        ("My level-up_2", True),
        ("a" * 50, True),
        ("a" * 51, False),
        ("1st", False),
        ("_x", False),
        ("ends with space ", False),
        ("naïve", False),
        ("Purchase\n", False),
    ],
)
def test_event_names_follow_the_rule_for_custom_events(name: str, *, is_good: bool) -> None:
    """A letter first, at most 50 of letters, digits, dash, underscore and inner spaces."""
    body = make_body(make_event(event=name))

    if is_good:
        assert check(body).events[0].event == name
    else:
        code, message = error_of(lambda: check(body))
        assert code == 40002
        assert message.startswith("Invalid value for data.0.event: ")


@pytest.mark.parametrize("seconds", [NOW_SECONDS + 600, NOW_SECONDS, 1])
def test_event_times_up_to_ten_minutes_ahead_are_taken(seconds: int) -> None:
    """The allowance for clock skew includes its last second; there is no lower bound."""
    assert check(make_body(make_event(event_time=seconds))).events[0].event_time == seconds


def test_a_full_batch_is_taken_in_order() -> None:
    """A thousand events are the limit, and they keep their order and payload."""
    events = [make_event(event_id=f"evt_{number}", extra=number) for number in range(1000)]

    checked = check(make_body(*events)).events

    assert [event.event_id for event in checked] == [f"evt_{number}" for number in range(1000)]
    assert [json.loads(event.payload) for event in checked] == events


def test_the_number_of_refused_events_is_kept() -> None:
    """The request log shows how large a refused batch was."""
    with pytest.raises(ApiError) as caught:
        check(make_body(make_event(), make_event(event="")))

    assert caught.value.count == 2


@pytest.mark.parametrize("code", [None, "", "TEST04030"])
def test_only_a_test_code_with_text_selects_a_test(code: str | None) -> None:
    """An empty code is no code."""
    assert check(make_body(test_event_code=code)).test_event_code == (code or None)


def test_every_listed_currency_is_taken() -> None:
    """The list is TikTok's; others must be converted before sending."""
    events = [make_event(properties={"currency": code}) for code in sorted(CURRENCIES)]

    assert len(check(make_body(*events)).events) == len(CURRENCIES)
    assert "BGN" not in CURRENCIES


FLOATS = st.floats(allow_nan=False, allow_infinity=False)  # JSON has no others
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | FLOATS | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
hashes = st.sampled_from([SHA256, [SHA256], [], "ada@example.com"])
almost_events = st.fixed_dictionaries(
    {
        "event": st.sampled_from(["Purchase", "My event", "1st", ""]) | json_values,
        "event_time": st.sampled_from([1, NOW_SECONDS, NOW_SECONDS * 1000]) | json_values,
    },
    optional={
        "event_id": st.text(max_size=4) | json_values,
        "limited_data_use": st.booleans() | json_values,
        "user": json_values
        | st.fixed_dictionaries(
            {},
            optional={
                "email": hashes | json_values,
                "external_id": hashes | json_values,
                "ttclid": st.text(max_size=4) | json_values,
                "ip": st.sampled_from(["203.0.113.7", "2001:db8::1", "x"]) | json_values,
                "user_agent": st.text(max_size=4),
                "unknown": json_values,
            },
        ),
        "properties": json_values
        | st.fixed_dictionaries(
            {},
            optional={
                "value": st.integers() | FLOATS | json_values,
                "currency": st.sampled_from(["EUR", "eur"]) | json_values,
                "content_ids": st.lists(st.text(max_size=3) | json_values, max_size=2),
                "contents": st.lists(
                    json_values
                    | st.fixed_dictionaries(
                        {},
                        optional={
                            "content_id": st.text(max_size=3) | json_values,
                            "price": FLOATS | json_values,
                            "quantity": st.integers() | json_values,
                        },
                    ),
                    max_size=2,
                )
                | json_values,
                "num_items": st.integers() | json_values,
            },
        ),
        "page": json_values | st.fixed_dictionaries({"url": st.text(max_size=4) | json_values}),
    },
)
bodies = (
    st.binary(max_size=64)
    | json_values.map(json.dumps).map(str.encode)
    | st.fixed_dictionaries(
        {
            "event_source": st.sampled_from(["web", "app"]) | json_values,
            "event_source_id": st.just(PIXEL) | json_values,
            "data": st.lists(almost_events, max_size=3) | json_values,
        },
        optional={"test_event_code": st.text(max_size=4) | json_values},
    )
    .map(json.dumps)
    .map(str.encode)
    | st.lists(almost_events, min_size=1, max_size=3).map(lambda events: make_body(*events))
)


@given(bodies)
def test_no_body_crashes_the_validator(body: bytes) -> None:
    """Whatever arrives is either taken or refused with a code and a message."""
    try:
        taken, code = len(check(body).events), 0
    except ApiError as error:
        taken, code = 0, error.code

    assert (taken > 0) == (code == 0)
    assert code in {0, 40001, 40002, 40062}


@given(bodies)
def test_both_readings_of_a_body_draw_the_same_line(body: bytes) -> None:
    """What the quick reading by type refuses, the worded rules can explain, and the reverse."""
    is_accepted = decode_body(body, now_seconds=NOW_SECONDS) is not None

    refusal = refusal_of(body, may_write=lambda code: True, now_seconds=NOW_SECONDS)

    is_explained = refusal.message != "Invalid JSON body." or not _is_object(body)
    assert is_accepted != is_explained


def _is_object(body: bytes) -> bool:
    try:
        return isinstance(json.loads(body), dict)
    except (ValueError, RecursionError):
        return False
