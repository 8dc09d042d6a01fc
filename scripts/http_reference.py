"""Writes the list of management routes in ``docs/reference/http-api.md`` from the OpenAPI document.

``python scripts/http_reference.py`` rewrites the part between the two marks of the page;
``--check`` only says whether it would change.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from pathlib import Path

from appsprint.entrypoints.http.api.app import API_HANDLERS
from appsprint.entrypoints.http.api.openapi import openapi_document

PAGE = Path(__file__).parent.parent / "docs" / "reference" / "http-api.md"
BEGIN = "<!-- routes: written by scripts/http_reference.py -->"
END = "<!-- end of routes -->"


def routes() -> str:
    """The management routes as one table for each tag."""
    document = json.loads(openapi_document(API_HANDLERS))
    by_tag: dict[str, list[str]] = defaultdict(list)
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            row = f"| `{method.upper()} {path}` | {operation['summary']} |"
            by_tag[operation["tags"][0]].append(row)
    return "\n\n".join(
        "\n".join([f"### {tag}", "", "| call | |", "|---|---|", *rows])
        for tag, rows in by_tag.items()
    )


def page_with_routes(text: str) -> str:
    """The page with the present routes between its marks."""
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}\n\n{routes()}\n\n{END}{tail}"


def main(arguments: list[str]) -> int:
    """Rewrite or check the page; 1 when a check fails."""
    present = PAGE.read_text(encoding="utf-8")
    wanted = page_with_routes(present)
    if "--check" in arguments:
        return 0 if present == wanted else 1
    PAGE.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
