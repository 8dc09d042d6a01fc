"""Reading the query of an ad link."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from appsprint.domain.query import MAX_PAIRS, parse_query, query_of


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        ("", {}),
        ("a=1&b=2", {"a": "1", "b": "2"}),
        ("a=1&a=2", {"a": "1"}),
        ("a=&b", {"a": "", "b": ""}),
        ("=1&&=", {}),
        ("a=b=c", {"a": "b=c"}),
        ("a=x+y%2Bz", {"a": "x y+z"}),
        ("%61=%F0%9F%8C%B8", {"a": "🌸"}),
        ("a=%FF%fe", {"a": "��"}),
        ("a=%zz%4", {"a": "%zz%4"}),
        ("a=%00", {"a": "\x00"}),
        ("ttclid=E.C.P_-~", {"ttclid": "E.C.P_-~"}),
    ],
)
def test_parameters_by_name(raw: str, found: dict[str, str]) -> None:
    """Decoded; the first of a repeated name; whatever cannot be decoded stays readable."""
    assert parse_query(raw) == found


def test_no_more_than_sixty_four_pairs_are_read() -> None:
    """A query of a megabyte costs no more than that."""
    raw = "&".join(f"p{number}={number}" for number in range(MAX_PAIRS + 10))

    assert list(parse_query(raw)) == [f"p{number}" for number in range(MAX_PAIRS)]


@given(st.lists(st.tuples(st.text(min_size=1), st.text()), max_size=10))
def test_what_was_encoded_is_read_back(pairs: list[tuple[str, str]]) -> None:
    """As the standard library encodes it."""
    encoded = urlencode(pairs, errors="replace")
    expected: dict[str, str] = {}
    for name, value in parse_qsl(encoded, keep_blank_values=True):
        expected.setdefault(name, value)

    assert parse_query(encoded) == expected


@given(st.text())
@example("&" * 10_000)
@example("%" * 1_000)
def test_nothing_raises(raw: str) -> None:
    """A click is never lost to its query."""
    parse_query(raw)


@pytest.mark.parametrize(
    ("url", "query"),
    [
        ("https://go.example/c/x?a=1&b=2", "a=1&b=2"),
        ("https://go.example/c/x", ""),
        ("https://go.example/c/x?a=1#top?b", "a=1"),
        ("/c/x?a=?b", "a=?b"),
    ],
)
def test_the_query_of_an_address(url: str, query: str) -> None:
    """Between the first question mark and the fragment."""
    assert query_of(url) == query
