"""Which events make a network refuse a whole call: the search for them, in few calls. Pure.

A network such as TikTok takes a call as a whole or not at all, and one bad event fails the other
999. With one bad event among n the search takes about log₂ n calls more: it halves what is known to
hold a bad one, and asks of what is not known only once, all together.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

T = TypeVar("T")

# So many refused one by one while the network took nothing: it is not about single events.
REFUSED_BEFORE_STOPPING = 10
_FEWEST_CALLS = 16
_CALLS_A_HALVING = 8


class Isolation(Generic[T]):
    """Says what to send next, learns what became of it, and ends.

    Only an event that was refused alone counts as bad. Two things end the search early, with events
    left over that nothing is known of: a budget of calls, and ``REFUSED_BEFORE_STOPPING`` bad ones
    before any was taken, because then something is wrong that all events share.

    Args:
        items: The events of the first call, in order.
    """

    def __init__(self, items: Sequence[T]) -> None:
        self._unknown = list(items)
        # At least one of these is bad, as far as is known.
        self._tainted: list[T] = []
        self._suspect: int | None = None
        self._trusts_names = True
        self._trial: list[T] = []
        self._calls_left = _FEWEST_CALLS + _CALLS_A_HALVING * len(items).bit_length()
        self._refused = 0
        self._has_taken = False

    @property
    def left(self) -> list[T]:
        """What nothing certain is known of, in order."""
        return [*self._tainted, *self._unknown]

    def next_group(self) -> Sequence[T]:
        """What to send in the next call, in order; empty when the search is over."""
        is_hopeless = not self._has_taken and self._refused >= REFUSED_BEFORE_STOPPING
        self._trial = [] if is_hopeless or self._calls_left <= 0 else self._choose()
        self._calls_left -= 1
        return self._trial

    def learn(self, *, is_refused: bool, suspect: int | None = None) -> None:
        """What the network made of the last group.

        Args:
            is_refused: For something that a single event can be the cause of.
            suspect: The place in the group that the network named as the cause, from 0.
        """
        trial, was_suspect = self._trial, self._suspect is not None
        self._suspect = None
        if not is_refused:
            self._has_taken = True
            # A named event that passes alone: the names mean something else.
            self._trusts_names &= not was_suspect
            self._take_out(trial)
        elif len(trial) == 1:
            self._refused += 1
            self._take_out(trial)
            self._unknown = self.left
            self._tainted = []
        else:
            self._narrow_to(trial)
            if self._trusts_names and suspect is not None and 0 <= suspect < len(trial):
                self._suspect = suspect

    def _choose(self) -> list[T]:
        tainted, is_fruitless = self._tainted, not self._has_taken
        if tainted and self._suspect is not None:
            return [tainted[self._suspect]]
        # While nothing was taken, one from the middle tells more than half of what is left.
        if tainted and self._refused and is_fruitless:
            return [tainted[len(tainted) // 2]]
        if tainted:
            return tainted[: max(1, len(tainted) // 2)]
        if self._unknown and self._refused > 1 and is_fruitless:
            return [self._unknown[len(self._unknown) // 2]]
        return list(self._unknown)

    def _take_out(self, trial: Sequence[T]) -> None:
        source = self._tainted or self._unknown
        start = source.index(trial[0])
        del source[start : start + len(trial)]

    def _narrow_to(self, trial: list[T]) -> None:
        self._take_out(trial)
        self._unknown = self.left
        self._tainted = trial
