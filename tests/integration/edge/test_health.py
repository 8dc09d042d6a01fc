"""``/healthz``, ``/readyz`` and ``/metrics`` over a real socket."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.sdk import Sdk, android_install, make_event
from tests.support.server import LiveServer
from tests.support.waiting import wait_for

pytestmark = pytest.mark.integration


def test_a_server_that_can_store_is_ready(server: LiveServer) -> None:
    """It has just committed something, and the spool is empty."""
    assert server.http.get("/healthz").json() == {"status": "ok"}
    ready = server.http.get("/readyz")
    assert (ready.status_code, ready.json()) == (200, {"status": "ready", "spool": "empty"})
    assert ready.headers["cache-control"] == "no-store"


def test_a_locked_store_is_not_ready(tmp_path: Path) -> None:
    """503 within about two seconds, with the reason; alive all the same; then ready again."""
    with LiveServer(tmp_path) as server:
        with server.locked():
            ready = server.http.get("/readyz")
            assert server.http.get("/healthz").status_code == 200

        assert (ready.status_code, ready.json()["status"]) == (503, "unavailable")
        assert ready.json()["message"]
        assert ready.elapsed.total_seconds() < 3
        wait_for(lambda: server.http.get("/readyz").status_code == 200)


def test_what_happens_is_counted(server: LiveServer) -> None:
    """Clicks, answers and events, by outcome."""
    app = server.new_app("android")
    sdk, body = Sdk(server, app.key), android_install()
    names = (
        'appsprint_visits_total{kind="click"}',
        'appsprint_visits_total{kind="filtered"}',
        'appsprint_sdk_answers_total{route="/v1/sdk/install",status="200"}',
        'appsprint_events_total{status="stored"}',
        'appsprint_events_total{status="duplicate"}',
    )
    before = [server.metric(name) for name in names]

    server.http.get(app.click_path)
    server.http.get(app.click_path, headers={"User-Agent": "Mozilla/5.0"})
    sdk.install(body)
    event = make_event(body["appsprintId"])
    sdk.batch(event, event)

    counted = [server.metric(name) - past for name, past in zip(names, before, strict=True)]
    assert counted == [1, 1, 1, 1, 1]


def test_metrics_are_text_for_prometheus(server: LiveServer) -> None:
    """With the type that it asks for."""
    response = server.http.get("/metrics")

    assert response.headers["content-type"].startswith("text/plain")
    assert "# TYPE appsprint_clicks_spooled_total counter" in response.text
