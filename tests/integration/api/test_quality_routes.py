"""Routes of quality rules."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from litestar import Litestar
from litestar.testing import TestClient

from appsprint.domain.ids import AppId
from appsprint.services.late_facts import LateFacts
from appsprint.testing.quality_store import make_arrival
from tests.support.control_plane import NOON, ControlPlane

Client = TestClient[Litestar]
RANCHU = '{"deviceHardware":"ranchu"}'


def rules_of(client: Client, base: str) -> dict[str, Any]:
    """The rules by their codes."""
    return {one["rule"]: one for one in client.get(f"{base}/quality-rules").json()["items"]}


def register_emulator(plane: ControlPlane, app_id: str) -> str:
    """The id of an organic install on an emulator."""
    app = plane.services.apps.get(AppId(app_id))
    install = make_arrival(
        NOON,
        app_id=app.id,
        installed_at=NOON,
        body=RANCHU,
        client_ip="10.0.0.1",
        address_key=None,
    )
    intake = plane.services.install_intake
    plane.store.write(lambda uow: intake.register(uow, app, install, LateFacts()))
    return install.id


def test_every_rule_says_what_it_finds_and_what_can_be_set(client: Client, base: str) -> None:
    """With the defaults as long as nothing is set."""
    rules = rules_of(client, base)

    assert len(rules) == 11
    assert {one["consequence"] for one in rules.values()} == {"off", "tag"}
    assert rules["too_fast"] == {
        "rule": "too_fast",
        "title": "Impossibly fast",
        "finds": "The app was open before anybody could have loaded it from the store.",
        "consequence": "tag",
        "thresholds": {"seconds": 10},
        "is_default": True,
        "default_consequence": "tag",
        "allowed_thresholds": [
            {
                "name": "seconds",
                "words": "seconds from the click to the install's arrival that are too few",
                "default": 10,
                "least": 1,
                "most": 600,
            }
        ],
    }


def test_rules_are_changed_one_by_one(client: Client, base: str) -> None:
    """The others stay; the answer is the whole list."""
    body = {"items": [{"rule": "too_fast", "thresholds": {"seconds": 5}}]}
    client.put(f"{base}/quality-rules", json=body)
    answer = client.put(
        f"{base}/quality-rules", json={"items": [{"rule": "bot", "consequence": "no_credit"}]}
    )

    assert answer.status_code == 200
    rules = rules_of(client, base)
    assert answer.json()["items"] == list(rules.values())
    assert rules["too_fast"]["thresholds"] == {"seconds": 5}
    assert (rules["bot"]["consequence"], rules["bot"]["is_default"]) == ("no_credit", False)


def test_wrong_rules_are_refused_with_their_place(client: Client, base: str) -> None:
    """In the words of every other 422."""
    items = [{"rule": "bots"}, {"rule": "too_fast", "thresholds": {"seconds": 0}}]
    answer = client.put(f"{base}/quality-rules", json={"items": items})

    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["details"]] == [
        "items[0].rule",
        "items[1].thresholds.seconds",
    ]


def test_a_trial_changes_nothing(client: Client, app: dict[str, Any], plane: ControlPlane) -> None:
    """It tells the installs that would be found, by rule and with an example."""
    install_id = register_emulator(plane, app["id"])
    base = f"/api/v1/apps/{app['id']}"
    answer = client.post(f"{base}/quality-rules/backtest", json={"days": 1}).json()

    assert answer["totals"] == {
        "installs": 0,
        "tagged": 0,
        "no_postback": 0,
        "no_credit": 0,
        "found": {},
    }, "what arrives at this very instant is not judged"
    plane.clock.advance(timedelta(seconds=1))
    answer = client.post(f"{base}/quality-rules/backtest", json={"days": 1}).json()
    assert answer["totals"]["found"] == {"emulator": 1}
    assert answer["items"][0]["is_organic"]
    assert answer["examples"] == [
        {"install_id": install_id, "found": {"emulator": "the device calls itself “ranchu”"}}
    ]
    off = {"items": [{"rule": "emulator", "consequence": "off"}]}
    tried = client.post(f"{base}/quality-rules/backtest", json=off).json()
    assert tried["totals"]["tagged"] == 0
    assert rules_of(client, base)["emulator"]["is_default"]


def test_tagged_installs_can_be_listed_and_summed(
    client: Client, app: dict[str, Any], plane: ControlPlane
) -> None:
    """The list by rule, the install itself, and the report by campaign."""
    install_id = register_emulator(plane, app["id"])
    base = f"/api/v1/apps/{app['id']}"
    listed = client.get(f"{base}/installs?tag=emulator").json()["items"]
    shown = client.get(f"{base}/installs/{install_id}").json()

    assert [one["id"] for one in listed] == [install_id]
    assert client.get(f"{base}/installs?tag=bot").json()["items"] == []
    assert client.get(f"{base}/installs?tag=bots").status_code == 422
    assert (shown["tags"], shown["rejected_for"], shown["withheld_for"]) == (
        ["emulator"],
        None,
        None,
    )
    assert shown["explanation"]["quality"][0]["rule"] == "emulator"
    report = client.get(f"{base}/reports/quality").json()
    assert (report["items"], report["organic"]) == ([], {"emulator": 1})
