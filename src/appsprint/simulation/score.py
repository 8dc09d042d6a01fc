"""How good a matching is, judged by the truth: precision, recall, calibration, false credit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from appsprint.simulation.records import Origin, Truth

CALIBRATION_BINS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a matching said of one install.

    Attributes:
        click_id: None when nobody got the credit.
        confidence: How sure the matching claims to be, 0 to 1.
    """

    click_id: str | None
    confidence: float


@dataclass(frozen=True, slots=True)
class Judged:
    """One install: what happened and what the matching said."""

    truth: Truth
    answer: Answer

    @property
    def is_credited(self) -> bool:
        """Whether a click got the credit."""
        return self.answer.click_id is not None

    @property
    def is_right(self) -> bool:
        """Whether the credit went to the person's last tap."""
        return self.is_credited and self.answer.click_id == self.truth.click_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """The quality of a matching over some installs. Shares are 0 to 1.

    Attributes:
        by_ad: Installs that an ad led to.
        precision: Credits that are right; 1 when there is none.
        recall: Installs by an ad whose credit is right; 1 when there is none.
        calibration_error: Expected calibration error over ten equal bins of confidence: how far
            the claimed confidence is from the share that was right, weighted by credits.
        brier: Mean square of confidence minus outcome over credits.
        false_credit: Installs that no ad led to and that were credited nevertheless.
    """

    installs: int
    by_ad: int
    credits: int
    precision: float
    recall: float
    calibration_error: float
    brier: float
    false_credit: float


def score(judged: Iterable[Judged]) -> Score:
    """Judge a matching by all installs given."""
    everything = list(judged)
    credited = [one for one in everything if one.is_credited]
    by_ad = [one for one in everything if one.truth.click_id is not None]
    others = [one for one in everything if one.truth.click_id is None]
    right = sum(one.is_right for one in credited)
    return Score(
        installs=len(everything),
        by_ad=len(by_ad),
        credits=len(credited),
        precision=_share(right, len(credited), empty=1.0),
        recall=_share(right, len(by_ad), empty=1.0),
        calibration_error=_calibration_error(credited),
        brier=_share(sum(_square_error(one) for one in credited), len(credited), empty=0.0),
        false_credit=_share(sum(one.is_credited for one in others), len(others), empty=0.0),
    )


def stolen_share(judged: Iterable[Judged], machine_clicks: frozenset[str]) -> float:
    """Installs that were credited to a click which no person made, of all installs."""
    everything = list(judged)
    stolen = sum(
        one.answer.click_id in machine_clicks or (one.is_credited and _is_injected(one))
        for one in everything
    )
    return _share(stolen, len(everything), empty=0.0)


def _is_injected(one: Judged) -> bool:
    return one.truth.origin is Origin.INJECTED


def _square_error(one: Judged) -> float:
    return (one.answer.confidence - one.is_right) ** 2


def _calibration_error(credited: Sequence[Judged]) -> float:
    bins: list[list[Judged]] = [[] for _ in range(CALIBRATION_BINS)]
    for one in credited:
        bins[min(int(one.answer.confidence * CALIBRATION_BINS), CALIBRATION_BINS - 1)].append(one)
    gaps = (
        abs(sum(one.answer.confidence for one in some) - sum(one.is_right for one in some))
        for some in bins
    )
    return _share(sum(gaps), len(credited), empty=0.0)


def _share(part: float, whole: int, *, empty: float) -> float:
    return part / whole if whole else empty
