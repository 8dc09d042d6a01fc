"""Bodies and queries as typed values, with every problem told."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar.testing import RequestFactory

from appsprint.domain.link import AdNetwork
from appsprint.entrypoints.http.api.decoding import Cursor, Instant, read_body, read_query
from appsprint.errors import InvalidInput, MalformedRequest

FACTORY = RequestFactory()


class Item(msgspec.Struct, kw_only=True):
    """A part of a body."""

    name: str
    amount: int = 1


class Body(msgspec.Struct, kw_only=True):
    """A body with parts."""

    items: Annotated[list[Item], msgspec.Meta(description="annotated")] = []
    one: Item | None = None
    network: AdNetwork | None = None
    on: date | None = None


class Query(msgspec.Struct, kw_only=True):
    """A query of every kind of value."""

    limit: Annotated[int, msgspec.Meta(ge=1)] = 5
    is_on: bool | None = None
    since: Instant | None = None
    cursor: Cursor | None = None
    text: str | None = None


def body_of(text: bytes) -> Body:
    """A request's body."""
    return read_body(FACTORY.post("/"), text, Body)


def query_of(text: str) -> Query:
    """A request's query."""
    request = FACTORY.get("/")
    request.scope["query_string"] = text.encode("latin-1")
    return read_query(request, Query)


def problems_of(error: InvalidInput) -> dict[str, str]:
    """Field to message."""
    return {problem.field: problem.message for problem in error.problems}


def test_parts_become_values_of_their_own() -> None:
    """Lists of objects and objects within objects."""
    found = body_of(b'{"items":[{"name":"a"},{"name":"b","amount":2}],"one":{"name":"c"}}')

    assert found.items == [Item(name="a"), Item(name="b", amount=2)]
    assert found.one == Item(name="c")


@pytest.mark.parametrize("text", [b"", b"  \n", b"{}"])
def test_empty_body_has_no_fields(text: bytes) -> None:
    """Calls whose fields are all optional need no body."""
    assert body_of(text) == Body()


def test_problems_are_told_where_they_are() -> None:
    """One problem does not hide another, however deep it is."""
    with pytest.raises(InvalidInput) as caught:
        body_of(
            b'{"items":[{"name":1},5,{"amount":1.5,"x":0}],"one":{},"network":"x","on":"y","z":1}'
        )

    assert problems_of(caught.value) == {
        "z": "is not a field of this call; it takes items, one, network, on",
        "items[0].name": "must be text, not a whole number",
        "items[1]": "must be a JSON object",
        "items[2].x": "is not a field of this call; it takes name, amount",
        "items[2].name": "is missing",
        "items[2].amount": "must be a whole number, not a number",
        "one.name": "is missing",
        "network": "must be one of tiktok",
        "on": "must be a date such as 2026-03-29",
    }


def test_number_of_problems_is_bounded() -> None:
    """A body full of mistakes gets a short answer."""
    many = msgspec.json.encode({f"x{number}": 1 for number in range(1_000)})

    with pytest.raises(InvalidInput) as caught:
        body_of(many)

    assert len(caught.value.problems) == 100


def test_lists_are_bounded() -> None:
    """A list of a million parts is refused before they are looked at."""
    with pytest.raises(InvalidInput, match="at most 1000 items"):
        body_of(msgspec.json.encode({"items": [{}] * 1_001}))


@given(
    st.binary(max_size=200)
    | st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(["items", "one", "name", "amount", "network", "on"]) | st.text(),
                inner,
            )
        ),
    ).map(msgspec.json.encode)
)
def test_any_bytes_are_read_or_refused(text: bytes) -> None:
    """No body makes anything but a value or an explanation."""
    try:
        found = body_of(text)
    except (InvalidInput, MalformedRequest):
        return
    assert isinstance(found, Body)


def test_query_values_are_typed() -> None:
    """What is not known is ignored, what is empty is unset."""
    found = query_of("limit=7&is_on=true&since=2026-03-29&text=null&other=1&cursor=")

    assert (found.limit, found.is_on, found.text, found.cursor) == (7, True, "null", None)
    assert found.since is not None
    assert found.since.at == datetime(2026, 3, 29, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("limit=0", "must be a whole number >= 1"),
        ("limit=x", "must be a whole number, not text"),
        ("limit=1&limit=1", "is given more than once"),
        ("is_on=1", "must be true or false"),
        ("is_on=TRUE", "must be true or false"),
        ("is_on=null", "must have a value; leave the parameter out for none"),
        ("cursor=%2B", "is not a cursor: pass on next_cursor as it was given"),
    ],
)
def test_wrong_query_values_are_told(text: str, message: str) -> None:
    """In words, by field."""
    with pytest.raises(InvalidInput) as caught:
        query_of(text)

    assert list(problems_of(caught.value).values()) == [message]


def test_too_many_parameters_are_malformed() -> None:
    """Nobody needs a hundred."""
    with pytest.raises(MalformedRequest):
        query_of("&".join(f"a{number}=1" for number in range(101)))


@given(st.text(alphabet=st.characters(max_codepoint=255), max_size=200))
def test_any_query_is_read_or_refused(text: str) -> None:
    """Also bytes that are no UTF-8."""
    try:
        found = query_of(f"since={text}&cursor={text}&limit={text}")
    except (InvalidInput, MalformedRequest):
        return
    assert isinstance(found, Query)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-03-29", "2026-03-29T00:00:00+00:00"),
        ("2026-03-29T08:00:00Z", "2026-03-29T08:00:00+00:00"),
        ("2026-03-29t08:00:00.123456789z", "2026-03-29T08:00:00.123456+00:00"),
        ("2026-03-29T08:00:00+02:00", "2026-03-29T06:00:00+00:00"),
    ],
)
def test_instants_are_rfc_3339_or_dates_in_utc(text: str, at: str) -> None:
    """Both forms of the contract."""
    assert Instant(text).at == datetime.fromisoformat(at)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "today",
        "2026-3-29",
        "20260329",
        "2026-02-30",
        "2026-03-29T08:00:00",
        "2026-03-29T08:00Z",
        "2026-03-29T25:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "2026-03-29T08:00:00 02:00",
    ],
)
def test_other_instants_are_refused(text: str) -> None:
    """Without a zone, without seconds, or on no calendar."""
    with pytest.raises(ValueError, match="neither a date"):
        Instant(text)


@given(
    st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=128)
)
def test_cursor_gives_back_what_it_was_made_of(last_id: str) -> None:
    """Whatever the id."""
    assert Cursor(Cursor.text_of(last_id)).after == last_id


def test_messages_of_other_kinds_are_passed_on() -> None:
    """What the table of words does not know is still told."""

    class Odd(msgspec.Struct):
        at: datetime

    with pytest.raises(InvalidInput, match="Invalid RFC3339"):
        read_body(FACTORY.post("/"), b'{"at":"soon"}', Odd)


def test_custom_types_take_texts_only() -> None:
    """A number is no cursor."""

    class Odd(msgspec.Struct):
        cursor: Cursor

    given_number: Any = b'{"cursor":5}'
    with pytest.raises(InvalidInput, match="must be text"):
        read_body(FACTORY.post("/"), given_number, Odd)
