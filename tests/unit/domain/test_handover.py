"""Which changes of credit must be written together."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from appsprint.domain.handover import groups_of

numbers = st.integers(1, 12)


def test_handovers_join_what_they_connect() -> None:
    """However far, in circles too; what they do not connect stays apart."""
    assert groups_of([(5, 3), (3, 9), (2, 7), (7, 2)]) == {3: 3, 5: 3, 9: 3, 2: 2, 7: 2}
    assert groups_of([]) == {}


@given(st.lists(st.tuples(numbers, numbers)))
def test_the_order_of_handovers_does_not_matter(pairs: list[tuple[int, int]]) -> None:
    """And each pair is in one group, named by its smallest number."""
    groups = groups_of(pairs)

    assert groups == groups_of([(other, one) for one, other in reversed(pairs)])
    for one, other in pairs:
        assert groups[one] == groups[other] <= min(one, other)
