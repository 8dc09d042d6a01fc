"""The size check: what it counts and which limits it holds."""

from pathlib import Path

import pytest

from scripts.measure import Module, excesses, measure


def measured(source: str) -> Module:
    """The source as one module."""
    return measure(Path("module.py"), source)


def function_of(statements: int, above: str = "") -> str:
    """Source of a function with one line for `def` and one per statement."""
    return f"{above}def long():\n" + "    x = 1\n" * statements


def test_blank_lines_comments_and_docstrings_are_free() -> None:
    """Only lines that hold code count towards a function's and a module's length."""
    docstring = '    """One.\n\n    Two.\n    """\n'
    module = measured(f'"""Module."""\n\n# why\ndef f():\n{docstring}\n    # why\n    return 1\n')

    assert module.lines == 2
    assert [function.lines for function in module.functions] == [2]


def test_lines_of_a_string_that_is_not_a_docstring_count() -> None:
    """A long text in the code is length like any other."""
    assert measured('TEXT = """a\nb\nc"""\n').lines == 3


@pytest.mark.parametrize(
    ("body", "nesting"),
    [
        pytest.param("    return 1\n", 0, id="flat"),
        pytest.param("    if a:\n        return 1\n", 1, id="one block"),
        pytest.param("    if a:\n        pass\n    elif b:\n        pass\n", 1, id="elif"),
        pytest.param(
            "    if a:\n        pass\n    else:\n        if b:\n            pass\n",
            2,
            id="else, if",
        ),
        pytest.param(
            "    for a in b:\n        try:\n            pass\n        except E:\n"
            "            if c:\n                pass\n",
            3,
            id="inside a handler",
        ),
        pytest.param(
            "    match a:\n        case 1:\n            if b:\n                pass\n",
            2,
            id="match",
        ),
        pytest.param(
            "    if a:\n        def g():\n            if b:\n                pass\n",
            1,
            id="an inner function starts anew",
        ),
    ],
)
def test_nesting_counts_blocks(body: str, nesting: int) -> None:
    """Nesting is the number of blocks around the most indented statement."""
    assert measured(f"def f():\n{body}").functions[0].nesting == nesting


@pytest.mark.parametrize(
    ("source", "is_over"),
    [
        pytest.param(function_of(49), False, id="at the limit"),
        pytest.param(function_of(50), True, id="one line over"),
        pytest.param(function_of(50, "# long because: a table\n"), False, id="with a reason"),
        pytest.param(
            function_of(50, "# long because: a table\n@cache\n"), False, id="above the decorator"
        ),
        pytest.param(function_of(50, "# long because: old\n\n"), True, id="reason stands apart"),
    ],
)
def test_a_function_over_fifty_lines_needs_a_reason(source: str, is_over: bool) -> None:
    """The hard limit gives way only to a comment right above the function."""
    short = "".join(f"def f{number}():\n    pass\n" for number in range(20))

    assert bool(list(excesses([measured(source + short)]))) is is_over


@pytest.mark.parametrize(("lines", "is_over"), [(500, False), (501, True)])
def test_a_module_has_at_most_five_hundred_lines(lines: int, is_over: bool) -> None:
    """A module over the hard stop is reported."""
    assert bool(list(excesses([measured("x = 1\n" * lines)]))) is is_over


def test_an_empty_tree_is_within_budget() -> None:
    """No function at all breaks no budget."""
    assert list(excesses([])) == []
