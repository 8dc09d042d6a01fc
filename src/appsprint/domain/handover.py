"""Which changes of credit belong together because a click passes from one to the other. Pure."""

from __future__ import annotations

from collections.abc import Iterable


def groups_of(handovers: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Put numbers that are connected by handovers, however far, into one group.

    Args:
        handovers: Pairs of numbers between which a click passes, in any order.

    Returns:
        For each number in them the smallest number of its group.
    """
    above: dict[int, int] = {}

    def root(number: int) -> int:
        while (up := above.setdefault(number, number)) != number:
            above[number] = above[up]
            number = up
        return number

    for one, other in handovers:
        first, second = sorted((root(one), root(other)))
        above[second] = first
    return {number: root(number) for number in list(above)}
