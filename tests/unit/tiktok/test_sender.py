"""What is never sent to TikTok because it would never be taken."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from appsprint.adapters.networks.tiktok.adapter import TikTokAdapter
from appsprint.adapters.networks.tiktok.payload import payload_of
from appsprint.adapters.networks.tiktok.sender import TikTokEventSender
from appsprint.adapters.networks.tiktok.settings import TikTokSettings
from appsprint.domain.delivery import DeadReason
from appsprint.domain.link import AdNetwork
from appsprint.ports.ad_network import AdNetworkAdapter
from tests.unit.tiktok.builders import NOON, make_event


@pytest.fixture
def adapter() -> Iterator[TikTokAdapter]:
    """An adapter that is never asked to call anybody."""
    adapter = TikTokAdapter(TikTokSettings(api_url="http://127.0.0.1:1"))
    yield adapter
    adapter.close()


@pytest.fixture
def sender(adapter: TikTokAdapter) -> TikTokEventSender:
    """Its sender."""
    return adapter.sender


def test_the_adapter_is_an_ad_network(adapter: TikTokAdapter) -> None:
    """The adapter has the shape of the port, and is TikTok's."""
    network: AdNetworkAdapter = adapter

    assert network.network is AdNetwork.TIKTOK
    assert network.links.link_parameters()
    assert set(network.event_names.defaults().values()) <= set(network.event_names.standard_names())
    assert network.sender.payload(make_event()) == payload_of(make_event())


def test_a_call_carries_a_thousand_events(sender: TikTokEventSender) -> None:
    """TikTok refuses a call with more (Events API 2.0)."""
    assert sender.max_batch() == 1000


@pytest.mark.parametrize(
    ("age", "reason"),
    [
        (timedelta(0), None),
        (timedelta(days=28), None),
        (timedelta(days=28, microseconds=1), DeadReason.TOO_OLD),
        (timedelta(days=400), DeadReason.TOO_OLD),
        (timedelta(hours=-1), None),
    ],
)
def test_events_of_more_than_28_days_are_too_old(
    sender: TikTokEventSender, age: timedelta, reason: DeadReason | None
) -> None:
    """The last instant of the 28th day still counts."""
    assert sender.refuse_locally(make_event(occurred_at=NOON - age), now=NOON) is reason


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"currency": "EUR"}, None),
        ({"currency": "ZAR"}, None),
        ({"currency": "BGN"}, DeadReason.UNSUPPORTED_CURRENCY),
        ({"currency": "XXX"}, DeadReason.UNSUPPORTED_CURRENCY),
        ({"currency": "BGN", "revenue_micros": 0}, DeadReason.UNSUPPORTED_CURRENCY),
        ({"currency": "BGN", "revenue_micros": None}, None),
        ({"currency": None}, None),
        ({"network_event": "level up"}, DeadReason.INVALID_EVENT),
        ({"network_event": ""}, DeadReason.INVALID_EVENT),
        ({"network_event_id": ""}, DeadReason.INVALID_EVENT),
        ({"network_event": "level_up"}, None),
    ],
)
def test_what_tiktok_would_refuse_is_refused_here(
    sender: TikTokEventSender, changes: dict[str, Any], reason: DeadReason | None
) -> None:
    """One event that TikTok refuses would hold back its whole call."""
    assert sender.refuse_locally(make_event(**changes), now=NOON) is reason


def test_secrets_do_not_show() -> None:
    """Printing the settings does not print the developer app's secret."""
    assert "s3cr3t" not in repr(TikTokSettings(app_id="1", secret="s3cr3t"))
