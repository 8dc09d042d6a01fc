"""The route that tries other rules on an app's own past."""

from __future__ import annotations

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from appsprint.domain.app import App
from appsprint.services.late_facts import LateFacts
from appsprint.testing.builders import HOUR, make_click, make_install, put_clicks
from tests.support.control_plane import NOON, ControlPlane

Client = TestClient[Litestar]


@pytest.fixture
def past(plane: ControlPlane, base: str) -> App:
    """The app with one install whose click is three hours older."""
    assert base
    [app] = plane.services.apps.list()
    put_clicks(plane.store, make_click(app_id=app.id, occurred_at=NOON - 3 * HOUR))
    install = make_install(app_id=app.id, installed_at=NOON, received_at=NOON)
    intake = plane.services.install_intake
    plane.store.write(lambda uow: intake.register(uow, app, install, LateFacts()))
    plane.clock.advance(HOUR)
    return app


def test_what_would_change(client: Client, base: str, past: App) -> None:
    """Both decisions of each install and the sums of campaigns; nothing is stored."""
    answer = client.post(
        f"{base}/attribution/replay",
        json={"start": "2026-03-29", "rules": {"probabilistic_lookback_hours": 2}},
    )

    found = answer.json()
    assert answer.status_code == 200, found
    assert (found["installs"], found["changed"], found["written"]) == (1, 1, None)
    assert found["rules"]["probabilistic_lookback_hours"] == 2
    [change] = found["changes"]
    assert (change["before"]["is_attributed"], change["after"]["is_attributed"]) == (True, False)
    assert [one["installs_after"] for one in found["campaigns"]] == [0, 1]
    assert client.get(base).json()["probabilistic_lookback_hours"] == 24


def test_applying(client: Client, base: str, past: App) -> None:
    """The app has the rules and its past the answers."""
    wanted = {"start": "2026-03-29", "rules": {"probabilistic_matching": False}, "apply": True}

    assert client.post(f"{base}/attribution/replay", json=wanted).json()["written"] == 1

    assert client.get(base).json()["probabilistic_matching"] is False
    [install] = client.get(f"{base}/installs").json()["items"]
    assert install["is_attributed"] is False
    assert client.post(f"{base}/attribution/replay", json=wanted).json()["changed"] == 0


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "start"),
        ({"start": "2030-01-01"}, "start"),
        ({"start": "2026-03-29", "rules": {"min_confidence_percent": 0}}, "min_confidence_percent"),
        ({"start": "2026-03-29", "rules": {"windows": 3}}, "windows"),
    ],
)
def test_bad_input(client: Client, base: str, past: App, body: object, field: str) -> None:
    """The field is named."""
    answer = client.post(f"{base}/attribution/replay", json=body)

    assert (answer.status_code, field in answer.text) == (422, True), answer.text
