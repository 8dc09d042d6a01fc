"""Adds a list call's filters to its named query."""

from __future__ import annotations

from collections.abc import Mapping


def with_conditions(query: str, wanted: Mapping[str, object]) -> tuple[str, dict[str, object]]:
    """``query`` with its ``{conditions}`` filled, and the parameters that they need.

    Args:
        query: Holds ``{conditions}`` at a place where ``AND …`` lines can stand.
        wanted: SQL condition to the value, which takes the place of every ``?`` in it; None
            leaves the condition out.
    """
    lines, parameters = [], {}
    for number, (condition, value) in enumerate(wanted.items()):
        if value is not None:
            name = f"wanted_{number}"
            lines.append(f"AND {condition.replace('?', f':{name}')}")
            parameters[name] = value
    return query.replace("{conditions}", "\n".join(lines)), parameters
