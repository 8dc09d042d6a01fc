"""Reading at a pace that TikTok allows, and without giving up at the first hiccup."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from appsprint.adapters.networks.tiktok.pacing import CallPace, PatientApi
from appsprint.errors import AdNetworkBusy, AdNetworkRefused, AdNetworkUnavailable


@dataclass
class Time:
    """A clock that only waiting moves."""

    now: float = 100.0
    waits: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        """Let the time pass."""
        self.waits.append(seconds)
        self.now += seconds


@dataclass
class ScriptedApi:
    """Raises what it was given, one at each call, then answers."""

    failures: list[Exception]
    calls: int = 0

    def get(self, path: str, params: Mapping[str, object], **_: Any) -> str:
        """Answer or fail."""
        self.calls += 1
        if self.failures:
            raise self.failures.pop(0)
        return f"{path} {params}"


def patient(api: ScriptedApi, time: Time, *, calls_per_second: int = 10) -> PatientApi:
    """An api that waits on a clock of the test."""
    pace = CallPace(calls_per_second, clock=time, wait=time.wait)
    scripted: Any = api
    return PatientApi(scripted, pace, pauses_seconds=(1.0, 2.0), wait=time.wait)


def test_no_second_has_more_calls_than_the_quota() -> None:
    """Within the quota nobody waits; beyond it each call waits for the place of an older one."""
    time = Time()
    pace = CallPace(3, clock=time, wait=time.wait)
    made: list[float] = []

    for _ in range(10):
        pace.hold("report/integrated/get/")
        made.append(time.now)

    assert made[:3] == [100.0] * 3
    assert all(later - earlier > 1 for earlier, later in zip(made, made[3:], strict=False))


def test_each_endpoint_has_a_quota_of_its_own() -> None:
    """Calls to one do not slow calls to another."""
    time = Time()
    pace = CallPace(1, clock=time, wait=time.wait)

    for path in ("campaign/get/", "adgroup/get/", "ad/get/"):
        pace.hold(path)

    assert time.waits == []


def test_a_busy_network_is_asked_again_after_a_pause() -> None:
    """Each pause longer than the one before; then the answer counts."""
    time = Time()
    api = ScriptedApi([AdNetworkBusy("busy"), AdNetworkBusy("busy")])

    assert patient(api, time).get("ad/get/", {}, access_token="t", of=str) == "ad/get/ {}"
    assert time.waits == [1.0, 2.0]


@pytest.mark.parametrize(
    ("failures", "calls"),
    [
        pytest.param([AdNetworkBusy("busy")] * 3, 3, id="still busy after all pauses"),
        pytest.param(
            [AdNetworkUnavailable("no answer")], 1, id="no answer, which took long enough"
        ),
        pytest.param([AdNetworkRefused("wrong", network_code=40002)], 1, id="a refusal"),
    ],
)
def test_when_patience_ends(failures: list[Exception], calls: int) -> None:
    """The last error is told as it is."""
    api, expected = ScriptedApi(failures), type(failures[-1])

    with pytest.raises(expected) as caught:
        patient(api, Time()).get("ad/get/", {}, access_token="t", of=str)

    assert type(caught.value) is expected
    assert api.calls == calls
