"""The frame of the sandbox's pages: one stylesheet, no script, nothing loaded from elsewhere."""

from collections.abc import Iterable, Sequence
from html import escape

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem;
  color: #1b1f24; background: #fff }
h1 { font-size: 1.4rem } h2 { font-size: 1.1rem; margin-top: 2rem }
table { border-collapse: collapse; width: 100%; font-size: 13px }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #d8dee4;
  vertical-align: top; overflow-wrap: anywhere }
th { font-weight: 600; background: #f6f8fa } code { font-size: 12px }
button { font: inherit; padding: .4rem 1.2rem; cursor: pointer }
.note { color: #57606a } .scroll { overflow-x: auto }
@media (prefers-color-scheme: dark) {
  body { color: #e6edf3; background: #0d1117 } th { background: #161b22 }
  th, td { border-color: #30363d } .note { color: #8b949e } a { color: #58a6ff } }
"""


def page(title: str, content: str) -> str:
    """A complete page. ``content`` is HTML; everything foreign in it must be escaped already."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)} – TikTok sandbox</title><style>{_STYLE}</style></head>"
        f'<body><p class="note">TikTok sandbox: not TikTok, and nothing here leaves this '
        f"machine.</p><main><h1>{escape(title)}</h1>{content}</main></body></html>"
    )


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table of escaped text; None shows as nothing. A sentence stands for an empty table."""
    lines = [
        "<tr>" + "".join(f"<td>{_cell(value)}</td>" for value in row) + "</tr>" for row in rows
    ]
    if not lines:
        return '<p class="note">Nothing yet.</p>'
    head = "".join(f'<th scope="col">{escape(heading)}</th>' for heading in headings)
    return (
        f'<div class="scroll"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table></div>"
    )


def _cell(value: object) -> str:
    return "" if value is None else escape(str(value))
