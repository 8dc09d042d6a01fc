"""Findings: how one item of the troubleshooting list stands, on what evidence, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from appsprint.services.troubleshooting import ACTIONS, TroubleCode

Evidence = Mapping[str, object]


class DiagnosisState(StrEnum):
    """How an item stands; ``UNKNOWN`` is honest: nothing that the server sees can tell."""

    OK = "ok"
    WARNING = "warning"
    FAILING = "failing"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """One item of the troubleshooting list.

    Attributes:
        action: The next step; None when there is nothing to do.
        evidence: What the state rests on: numbers, ids and instants, never a secret.
    """

    code: TroubleCode
    state: DiagnosisState
    message: str
    action: str | None
    evidence: Evidence = field(default_factory=dict)


def ok(code: TroubleCode, message: str, evidence: Evidence, action: str | None = None) -> Diagnosis:
    """Nothing to do; an ``action`` may say how to look closer."""
    return Diagnosis(
        code=code, state=DiagnosisState.OK, message=message, action=action, evidence=evidence
    )


def unknown(code: TroubleCode, message: str, evidence: Evidence) -> Diagnosis:
    """Nothing tells yet; the usual advice stands."""
    return _found(DiagnosisState.UNKNOWN, code, message, evidence, None)


def warning(
    code: TroubleCode, message: str, evidence: Evidence, action: str | None = None
) -> Diagnosis:
    """Something may cost data or money; ``action`` None for the usual advice."""
    return _found(DiagnosisState.WARNING, code, message, evidence, action)


def failing(
    code: TroubleCode, message: str, evidence: Evidence, action: str | None = None
) -> Diagnosis:
    """Something does not work; ``action`` None for the usual advice."""
    return _found(DiagnosisState.FAILING, code, message, evidence, action)


def _found(
    state: DiagnosisState,
    code: TroubleCode,
    message: str,
    evidence: Evidence,
    action: str | None,
) -> Diagnosis:
    return Diagnosis(
        code=code,
        state=state,
        message=message,
        action=ACTIONS[code] if action is None else action,
        evidence=evidence,
    )
