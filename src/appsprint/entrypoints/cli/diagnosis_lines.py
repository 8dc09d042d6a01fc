"""An app's diagnostics as lines: the finding, the next step, and the figures that it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from appsprint.entrypoints.cli.output import shown
from appsprint.services.diagnostics import AppDiagnosis
from appsprint.services.findings import Diagnosis, DiagnosisState

_STATE_WIDTH = max(len(state) for state in DiagnosisState)
_INDENT = " " * (_STATE_WIDTH + 4)
_EXAMPLES = ("examples", "click_examples", "ads_concerned", "rejected_examples")
# What was found to be all right needs no proof in a terminal; --json has it.
_SAID_IN_FULL = frozenset({DiagnosisState.WARNING, DiagnosisState.FAILING})


def diagnosis_lines(found: AppDiagnosis) -> Iterator[str]:
    """A heading, then every item in its order."""
    yield ""
    yield f"{found.app.name} ({found.app.id}), {found.network}:"
    for item in found.items:
        yield f"  {item.state.ljust(_STATE_WIDTH)}  {item.code}: {item.message}"
        if item.state in _SAID_IN_FULL:
            yield from _details(item)


def _details(item: Diagnosis) -> Iterator[str]:
    evidence = msgspec.to_builtins(item.evidence)
    if item.action is not None:
        yield f"{_INDENT}→ {item.action}"
    if figures := ", ".join(_figures(evidence)):
        yield f"{_INDENT}{figures}"
    for name in _EXAMPLES:
        for example in evidence.get(name, ()):
            yield f"{_INDENT}e.g. {shown(example)}"


def _figures(evidence: Mapping[str, Any]) -> Iterator[str]:
    """Evidence that fits on a line: single values, and counts by name."""
    for name, value in evidence.items():
        if isinstance(value, dict):
            inner = ", ".join(f"{key} {shown(amount)}" for key, amount in value.items())
            if inner:
                yield f"{name} ({inner})"
        elif value is not None and not isinstance(value, list):
            yield f"{name} {shown(value)}"
