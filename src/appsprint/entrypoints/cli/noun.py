"""How a noun is declared, so that all of them behave and look alike."""

from __future__ import annotations

import typer


def new_noun(*, has_verbs: bool = True) -> typer.Typer:
    """A noun to hang verbs on, or a command that stands alone."""
    return typer.Typer(
        add_completion=False,
        no_args_is_help=has_verbs,
        pretty_exceptions_enable=False,
        rich_markup_mode="markdown",
    )
