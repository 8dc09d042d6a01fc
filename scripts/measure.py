"""Holds the code to its size budget: functions, nesting and modules, in lines of code.

A line of code is a line that is neither blank nor only a comment nor part of a docstring. A
function counts from its `def` to its last line, inner functions included. A function over the hard
limit needs a comment `# long because: ...` right above it. Prints one line of numbers, then one
line per excess; exits with 1 when there is an excess.

    python scripts/measure.py src
"""

import ast
import io
import statistics
import sys
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MEDIAN_LINES = 8
P90_LINES = 25
LONGEST_LINES = 50
DEEPEST_NESTING = 4
MODULE_LINES = 500
EXCUSE = "# long because:"

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
BLOCKS = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.TryStar)
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
LAYOUT = (
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENCODING,
    tokenize.ENDMARKER,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """One function's size; `nesting` counts the blocks around its most indented statement."""

    place: str
    lines: int
    nesting: int
    is_excused: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """One file's size and its functions."""

    path: Path
    lines: int
    functions: tuple[Function, ...]


def measure(path: Path, source: str) -> Module:
    """Raises SyntaxError where the source is not Python."""
    tree = ast.parse(source)
    code = code_lines(source) - docstring_lines(tree)
    text = source.splitlines()
    functions = tuple(
        Function(
            place=f"{path}:{node.lineno} {node.name}",
            lines=sum(node.lineno <= line <= (node.end_lineno or 0) for line in code),
            nesting=deepest(node.body),
            is_excused=is_excused(node, text),
        )
        for node in ast.walk(tree)
        if isinstance(node, FunctionNode)
    )
    return Module(path=path, lines=len(code), functions=functions)


def code_lines(source: str) -> set[int]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {
        line
        for token in tokens
        if token.type not in LAYOUT
        for line in range(token.start[0], token.end[0] + 1)
    }


def docstring_lines(tree: ast.Module) -> set[int]:
    return {
        line
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | FunctionNode) and has_docstring(node)
        for line in range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1)
    }


def has_docstring(node: ast.Module | ast.ClassDef | FunctionNode) -> bool:
    return ast.get_docstring(node, clean=False) is not None


def deepest(body: list[ast.stmt]) -> int:
    return max((depth_of(statement) for statement in body), default=0)


def depth_of(statement: ast.stmt) -> int:
    """An `elif` stands beside its `if`; an inner function or class starts from nothing."""
    if isinstance(statement, SCOPES):
        return 0
    if isinstance(statement, ast.Match):
        return 1 + max(deepest(case.body) for case in statement.cases)
    if not isinstance(statement, BLOCKS):
        return 0
    return max(1 + max(map(deepest, inner_bodies(statement))), elif_depth(statement))


def inner_bodies(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    yield getattr(statement, "body", [])
    yield getattr(statement, "finalbody", [])
    for handler in getattr(statement, "handlers", []):
        yield handler.body
    if not has_elif(statement):
        yield getattr(statement, "orelse", [])


def elif_depth(statement: ast.stmt) -> int:
    return deepest(statement.orelse) if isinstance(statement, ast.If) and has_elif(statement) else 0


def has_elif(statement: ast.stmt) -> bool:
    if not isinstance(statement, ast.If) or len(statement.orelse) != 1:
        return False
    only = statement.orelse[0]
    return isinstance(only, ast.If) and only.col_offset == statement.col_offset


def is_excused(node: FunctionNode, text: list[str]) -> bool:
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    above = first - 2
    while above >= 0 and text[above].lstrip().startswith("#"):
        if text[above].lstrip().startswith(EXCUSE):
            return True
        above -= 1
    return False


def excesses(modules: list[Module]) -> Iterator[str]:
    """One sentence per broken budget; none when all are kept."""
    functions = [function for module in modules for function in module.functions]
    lines = [function.lines for function in functions]
    if median(lines) > MEDIAN_LINES:
        yield f"the median function has {median(lines):g} lines, at most {MEDIAN_LINES}"
    if percentile_90(lines) > P90_LINES:
        yield f"the 90th percentile is {percentile_90(lines)} lines, at most {P90_LINES}"
    for function in functions:
        if function.lines > LONGEST_LINES and not function.is_excused:
            yield f"{function.place}: {function.lines} lines, at most {LONGEST_LINES}"
        if function.nesting > DEEPEST_NESTING:
            yield f"{function.place}: nested {function.nesting} deep, at most {DEEPEST_NESTING}"
    for module in modules:
        if module.lines > MODULE_LINES:
            yield f"{module.path}: {module.lines} lines of code, at most {MODULE_LINES}"


def median(lines: list[int]) -> float:
    return statistics.median(lines) if lines else 0


def percentile_90(lines: list[int]) -> int:
    """The smallest length that nine functions in ten do not exceed."""
    return sorted(lines)[-(-len(lines) * 9 // 10) - 1] if lines else 0


def summary(modules: list[Module]) -> str:
    functions = [function for module in modules for function in module.functions]
    lines = [function.lines for function in functions]
    return (
        f"{len(functions)} functions: median {median(lines):g} lines, "
        f"90 % within {percentile_90(lines)}, longest {max(lines, default=0)}, "
        f"nesting {max((function.nesting for function in functions), default=0)}; "
        f"{len(modules)} modules: {sum(module.lines for module in modules)} lines, "
        f"longest {max((module.lines for module in modules), default=0)}"
    )


def main(folders: list[str]) -> int:
    paths = sorted(path for folder in folders for path in Path(folder).rglob("*.py"))
    modules = [measure(path, path.read_text(encoding="utf-8")) for path in paths]
    print(summary(modules))
    problems = list(excesses(modules))
    for problem in problems:
        print(f"over budget: {problem}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ["src"]))
