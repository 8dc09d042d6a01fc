"""The command line: one module per noun."""

from appsprint.entrypoints.cli.program import main

__all__ = ["main"]
