"""Finding the events that make a network refuse a call."""

from __future__ import annotations

import math
from collections.abc import Set

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appsprint.domain.isolation import REFUSED_BEFORE_STOPPING, Isolation


class Network:
    """Refuses every call that holds a bad event; names its place if it is one that does.

    Attributes:
        calls: What each call carried.
        taken: What it took, in order.
        refused: What it refused alone.
    """

    def __init__(self, bad: Set[int], *, names: bool = False, off_by: int = 0) -> None:
        self._bad = bad
        self._names = names
        self._off_by = off_by
        self.calls: list[list[int]] = []
        self.taken: list[int] = []
        self.refused: list[int] = []

    def run(self, amount: int) -> list[int]:
        """Search among the first numbers; what is left that nothing is known of."""
        search = Isolation(range(amount))
        while group := list(search.next_group()):
            self.calls.append(group)
            first_bad = next((place for place, one in enumerate(group) if one in self._bad), None)
            if first_bad is None:
                self.taken += group
            elif len(group) == 1:
                self.refused += group
            suspect = first_bad if first_bad is None else first_bad + self._off_by
            search.learn(is_refused=first_bad is not None, suspect=suspect if self._names else None)
        return search.left


def test_without_a_bad_event_one_call_is_enough() -> None:
    """Nothing is left and nothing is asked twice."""
    network = Network(set())

    assert network.run(1000) == []
    assert (network.calls, network.taken) == ([list(range(1000))], list(range(1000)))


def test_nothing_to_send_is_no_call() -> None:
    """An empty batch is over before it began."""
    assert Isolation([]).next_group() == []


@pytest.mark.parametrize("place", [0, 1, 499, 500, 998, 999])
def test_one_bad_event_costs_about_log2_calls(place: int) -> None:
    """The first call, the halvings, the event alone, and the rest all together."""
    network = Network({place})

    assert network.run(1000) == []
    assert network.refused == [place]
    assert sorted(network.taken) == [one for one in range(1000) if one != place]
    assert len(network.calls) <= math.ceil(math.log2(1000)) + 4


@pytest.mark.parametrize("place", [0, 500, 999])
def test_a_named_event_costs_two_calls(place: int) -> None:
    """It alone, and the others without it."""
    network = Network({place}, names=True)

    assert network.run(1000) == []
    assert (len(network.calls), network.refused) == (3, [place])
    assert len(network.taken) == 999


@pytest.mark.parametrize("off_by", [1, -1, 5000])
def test_names_that_mean_something_else_are_not_trusted(off_by: int) -> None:
    """An event that passes alone was not the cause, and the search goes on without names."""
    network = Network({300}, names=True, off_by=off_by)

    assert network.run(1000) == []
    assert (network.refused, len(network.taken)) == ([300], 999)
    assert len(network.calls) <= math.ceil(math.log2(1000)) + 5


@pytest.mark.parametrize("names", [True, False])
def test_when_everything_is_refused_the_search_stops(names: bool) -> None:
    """After a few single events: something is wrong that all of them share."""
    network = Network(set(range(1000)), names=names)

    left = network.run(1000)
    assert len(network.refused) == REFUSED_BEFORE_STOPPING
    assert sorted(left + network.refused) == list(range(1000))
    assert left == sorted(left)
    assert len(network.calls) <= 2 * REFUSED_BEFORE_STOPPING + 1


def test_a_small_batch_of_bad_events_is_judged_to_the_end() -> None:
    """Each was refused alone, in little more than one call each."""
    network = Network(set(range(8)))

    assert network.run(8) == []
    assert sorted(network.refused) == list(range(8))
    assert len(network.calls) <= 8 + 4


def test_many_bad_events_do_not_cost_calls_without_end() -> None:
    """Half of them: a budget ends the search, and what is left is tried another time."""
    network = Network(set(range(0, 1000, 2)))

    left = network.run(1000)
    assert len(network.calls) <= 100
    assert sorted(left + network.refused + network.taken) == list(range(1000))


@given(st.integers(1, 60), st.data(), st.booleans(), st.integers(-1, 1))
def test_only_bad_events_are_refused_and_nothing_is_sent_twice(
    amount: int, data: st.DataObject, names: bool, off_by: int
) -> None:
    """However many there are, wherever they stand, whatever the network says of them."""
    bad = data.draw(st.sets(st.integers(0, amount - 1)))
    network = Network(bad, names=names, off_by=off_by)
    left = network.run(amount)

    assert set(network.refused) <= bad
    assert not set(network.taken) & bad
    assert sorted(left + network.refused + network.taken) == list(range(amount))
    if len(bad) <= 3:
        assert left == []
