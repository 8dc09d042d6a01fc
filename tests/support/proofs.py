"""Whether the tests that a page cites exist."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]


def is_there(test: str) -> bool:
    """Whether a node id, or a whole file, names what pytest would collect.

    A case in brackets is found when its words stand in the file: cases are not made here.
    """
    node, _, case = test.partition("[")
    path, *names = node.split("::")
    if not (ROOT / path).is_file():
        return False
    words = case.removesuffix("]")
    has_case = words in source(path) or all(word in source(path) for word in words.split("-"))
    return has_case and set(names) <= functions(path)


@cache
def source(path: str) -> str:
    """The text of a test file."""
    return (ROOT / path).read_text(encoding="utf-8")


@cache
def functions(path: str) -> set[str]:
    """The tests and the test classes of a file, by name."""
    tree = ast.parse(source(path))
    kinds = (ast.FunctionDef, ast.ClassDef)
    return {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, kinds) and node.name.lower().startswith("test")
    }
