"""Other rules over an app's stored past."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta

import pytest

from appsprint.domain.app import Environment
from appsprint.domain.apple_ads import NoClaim
from appsprint.domain.audit import AuditAction
from appsprint.domain.ids import AppId
from appsprint.domain.install import Install
from appsprint.domain.likelihood import LinkHistory
from appsprint.domain.privacy import Retention
from appsprint.domain.revision import DecisionCause
from appsprint.errors import InvalidInput, NotFound
from appsprint.ports.rehearsal import (
    ChangedCredit,
    InstallArrived,
    Rehearsal,
    RehearsedPeriod,
)
from appsprint.services.apps import AppChanges
from appsprint.services.stored_replay import ReplayOutcome, StoredReplayService, WantedReplay
from appsprint.testing.builders import HOUR, make_decision
from tests.support.apple import CLAIMED
from tests.support.builders import GAID, IDFA
from tests.support.control_plane import NOON, ControlPlane
from tests.support.intake import IntakeScene, make_read_event

START = (NOON - timedelta(days=1)).date()
DAY = timedelta(days=1)


@pytest.fixture
def scene(plane: ControlPlane) -> IntakeScene:
    """One connected app."""
    return IntakeScene(plane)


def wanted(scene: IntakeScene, **changes: object) -> WantedReplay:
    """The days up to now under changed rules; a day later."""
    scene.plane.clock.advance(DAY)
    return WantedReplay(
        app_id=scene.app.id,
        start_on=START,
        changes=AppChanges(**changes),  # type: ignore[arg-type]
    )


def compare(scene: IntakeScene, **changes: object) -> tuple[ReplayOutcome, list[ChangedCredit]]:
    """What the rules would change."""
    found: list[ChangedCredit] = []
    outcome = scene.services.stored_replay.compare(wanted(scene, **changes), on_change=found.append)
    return outcome, found


def apply(scene: IntakeScene, **changes: object) -> ReplayOutcome:
    """Make it so."""
    return scene.services.stored_replay.apply(wanted(scene, **changes))


def home(number: int) -> dict[str, str]:
    """A household's address."""
    address = f"203.0.113.{number}"
    return {"client_ip": address, "address_key": address}


def credited(scene: IntakeScene, install: Install) -> str | None:
    """The click that has the install now."""
    return scene.services.installs.get(scene.app.id, install.id)[0].attribution.click_id


def late_idfa(scene: IntakeScene, install: Install, idfa: str = IDFA) -> None:
    """Its person allows the advertising id."""
    intake = scene.services.install_intake
    scene.store.write(lambda uow: intake.note_idfa(uow, scene.app, install.appsprint_id, idfa))


def test_the_same_rules_change_nothing(scene: IntakeScene) -> None:
    """Organic, credited, several in a home, an advertising id that came later: all as stored."""
    for number in range(5):
        scene.click(**home(number), occurred_at=NOON - HOUR)
        scene.register(scene.new_install(**home(number)))
        scene.register(scene.new_install(**home(number), received_at=NOON + HOUR))
    late = scene.click(advertising_id=IDFA, **home(99))
    install = scene.new_install(**home(98))
    scene.register(install)
    scene.plane.clock.advance(HOUR)
    late_idfa(scene, install)

    outcome, changes = compare(scene)

    assert credited(scene, install) == late.id
    assert (outcome.installs, outcome.changed, changes) == (11, 0, [])
    assert [(one.before, one.after) for one in outcome.campaigns] == [(6, 6), (5, 5)]


def test_links_had_what_they_had(scene: IntakeScene) -> None:
    """A rehearsal knows of a link what was known: live credit and clicks up to the instant."""
    for number in range(3):
        scene.click(**home(number), occurred_at=NOON - HOUR)
        environment = Environment.TEST if number == 0 else Environment.LIVE
        scene.register(scene.new_install(**home(number), environment=environment))
    scene.click(**home(9), occurred_at=NOON + HOUR)
    link_id, app_id = scene.link.id, scene.app.id
    period = RehearsedPeriod(
        app_id=app_id,
        since=datetime.combine(START, time(), UTC),
        until=NOON + 2 * HOUR,
        reaches_back_to=NOON - 30 * DAY,
    )

    def work(rehearsal: Rehearsal) -> list[LinkHistory]:
        def look() -> LinkHistory:
            return rehearsal.uow.clicks.link_histories(app_id, [link_id])[link_id]

        found = [look()]
        for arrival in rehearsal.arrivals():
            assert isinstance(arrival, InstallArrived)
            intake, install = scene.services.install_intake, arrival.install
            intake.decide(rehearsal.uow, scene.app, install, now=install.received_at)
            found.append(look())
        return found

    assert scene.store.rehearse(period, work) == [
        LinkHistory(0, 0),
        LinkHistory(3, 0),
        LinkHistory(3, 1),
        LinkHistory(3, 2),
    ]


def test_other_rules_show_what_they_would_change(scene: IntakeScene) -> None:
    """Each install with both answers and the sums of campaigns; what is stored stays."""
    page = "https://go.example/c/x?utm_id=c1&utm_campaign=Spring"
    scene.click(**home(1), occurred_at=NOON - 3 * HOUR, page_url=page)
    install = scene.new_install(**home(1))
    earned = scene.register(install).found.attribution.click_id

    outcome, [change] = compare(scene, probabilistic_lookback_hours=2)

    assert (change.before.click_id, change.after.click_id) == (earned, None)
    assert change.after.reason == "all_candidates_ruled_out"
    assert [
        (one.campaign_id, one.is_organic, one.before, one.after) for one in outcome.campaigns
    ] == [
        ("c1", False, 1, 0),
        (None, True, 0, 1),
    ]
    assert outcome.rules["probabilistic_lookback_hours"] == 2
    assert credited(scene, install) == earned
    assert scene.services.apps.get(scene.app.id).probabilistic_lookback_hours == 24
    assert compare(scene)[0].changed == 0


def test_nothing_later_is_known(scene: IntakeScene) -> None:
    """A click that came after the registration earns nothing in the past either."""
    install = scene.new_install(**home(1), installed_at=NOON, received_at=NOON)
    scene.register(install)
    scene.click(**home(1), occurred_at=NOON + timedelta(seconds=30))

    outcome, _ = compare(scene, probabilistic_lookback_hours=168)

    assert outcome.changed == 0


def test_an_id_counts_from_when_it_was_told_until_another_one_is(scene: IntakeScene) -> None:
    """What was credited by a person's first advertising id is not lost by a second one."""
    first = scene.click(advertising_id=IDFA, **home(99))
    install = scene.new_install(**home(98))
    scene.register(install)
    for idfa in (IDFA, GAID):
        scene.plane.clock.advance(HOUR)
        late_idfa(scene, install, idfa)

    outcome, _ = compare(scene)

    assert credited(scene, install) == first.id
    assert outcome.changed == 0


def test_credit_by_a_withdrawn_id_stays(scene: IntakeScene) -> None:
    """Who forbids tracking later leaves no id to decide by, and takes nobody's credit."""
    click = scene.click(advertising_id=IDFA, **home(99))
    installs = [scene.new_install(advertising_id=IDFA, **home(98)), scene.new_install(**home(97))]
    for install in installs:
        scene.register(install)
    intake, device = scene.services.install_intake, installs[0].appsprint_id
    scene.store.write(lambda uow: intake.refuse_tracking(uow, scene.app, device, "denied"))

    outcome, _ = compare(scene)

    assert credited(scene, installs[0]) == click.id
    assert (outcome.installs, outcome.kept, outcome.changed) == (1, 1, 0)


def test_a_reinstall_stays_one_without_the_id_that_showed_it(scene: IntakeScene) -> None:
    """Also when it was the earlier install's person who forbade it."""
    earlier = scene.new_install(advertising_id=IDFA, **home(1), received_at=NOON - 9 * DAY)
    scene.register(earlier)
    again = scene.new_install(advertising_id=IDFA, **home(2))
    scene.register(again)
    intake, device = scene.services.install_intake, earlier.appsprint_id
    scene.store.write(lambda uow: intake.refuse_tracking(uow, scene.app, device, "denied"))

    outcome, _ = compare(scene)

    assert scene.story(again).found.attribution.is_reinstall
    assert (outcome.kept, outcome.changed) == (1, 0)


def test_a_claim_of_apples_outlives_the_next_token(scene: IntakeScene) -> None:
    """A later registration can bring another token, of which Apple may know nothing."""
    install = scene.new_install(**home(1))
    scene.register(install, adservices_token="token-1")
    scene.plane.apple.answers.extend([CLAIMED, NoClaim.INVALID_TOKEN])
    scene.services.apple_ads.resolve_due()
    scene.plane.clock.advance(HOUR)
    again = scene.new_install(appsprint_id=install.appsprint_id)
    scene.register(again, adservices_token="token-2")
    scene.services.apple_ads.resolve_due()

    outcome, _ = compare(scene)

    assert scene.versions(install)[-1] == ("apple_ads", "apple_ads")
    assert outcome.changed == 0


def test_applying_gives_the_app_its_rules_and_its_past(scene: IntakeScene) -> None:
    """A new version says why; the older one is kept, and the log tells."""
    scene.click(**home(1), occurred_at=NOON - 3 * HOUR)
    install = scene.new_install(**home(1))
    scene.register(install)

    outcome = apply(scene, probabilistic_lookback_hours=2)

    _, [now, before] = scene.services.installs.get(scene.app.id, install.id)
    assert (outcome.changed, outcome.written) == (1, 1)
    assert (now.version, now.is_attributed) == (2, False)
    assert (before.version, before.is_attributed) == (1, True)
    assert (now.cause, before.cause) == (DecisionCause.REPLAY, DecisionCause.REGISTRATION)
    assert json.loads(now.explanation)["replayed"]["probabilistic_lookback_hours"] == 2
    assert scene.services.apps.get(scene.app.id).probabilistic_lookback_hours == 2
    log = scene.store.read(lambda uow: uow.audit.page(scene.app.id, before=None, limit=9))
    assert [one.entry.action for one in log][:2] == [
        AuditAction.ATTRIBUTION_REPLAYED,
        AuditAction.APP_UPDATED,
    ]
    assert scene.services.rollups.differences(scene.app.id) == 0


def test_applying_twice_changes_nothing(scene: IntakeScene) -> None:
    """The second time finds nothing to write."""
    scene.click(**home(1), occurred_at=NOON - 3 * HOUR)
    scene.register(scene.new_install(**home(1)))

    assert apply(scene, probabilistic_lookback_hours=2).written == 1
    again = apply(scene, probabilistic_lookback_hours=2)

    assert (again.changed, again.written) == (0, 0)


def test_a_click_passes_from_one_install_to_another(scene: IntakeScene) -> None:
    """Who gets it and who loses it are written at once: a click never earns two installs."""
    scene.click(**home(1), occurred_at=NOON - 3 * HOUR)
    first = scene.new_install(**home(1), installed_at=NOON - HOUR / 2, received_at=NOON - HOUR / 2)
    second = scene.new_install(**home(1))
    click_id = decide(scene, second, first)

    outcome, changes = compare(scene)
    assert {one.group for one in changes} == {changes[0].group}
    assert apply(scene).written == 2

    assert (credited(scene, first), credited(scene, second)) == (click_id, None)
    assert outcome.changed == 2


def decide(scene: IntakeScene, earner: Install, other: Install) -> str | None:
    """Store both so that the later one has the click, as older rules might have had it."""
    found = scene.register(earner).found.attribution.click_id
    scene.register(other)
    return found


class BrokenOffError(Exception):
    """Somebody stops the command."""


def one_by_one(scene: IntakeScene) -> StoredReplayService:
    """The service with a write for each change."""
    return StoredReplayService(
        store=scene.store,
        clock=scene.plane.clock,
        intake=scene.services.install_intake,
        apps=scene.services.apps,
        rollups=scene.services.rollups,
        retention=Retention(),
        changes_at_once=1,
    )


def test_a_broken_off_run_is_completed_by_the_next(scene: IntakeScene) -> None:
    """What was written stays, and the second run finds only what is left."""
    for number in range(3):
        scene.click(**home(number), occurred_at=NOON - 3 * HOUR)
        scene.register(scene.new_install(**home(number)))
    replay = one_by_one(scene)

    def stop(change: ChangedCredit) -> None:
        raise BrokenOffError(change.appsprint_id)

    with pytest.raises(BrokenOffError):
        replay.apply(wanted(scene, probabilistic_lookback_hours=2), on_change=stop)

    assert apply(scene).written == 2
    assert compare(scene)[0].changed == 0
    assert scene.services.rollups.differences(scene.app.id) == 0


def test_a_decision_made_meanwhile_is_left_alone(scene: IntakeScene) -> None:
    """The server decided the install again while the past was read; the next run looks anew."""
    scene.click(**home(1), occurred_at=NOON - 3 * HOUR)
    install = scene.new_install(**home(1))
    scene.register(install)
    other = scene.new_install(**home(2))
    scene.click(**home(2), occurred_at=NOON - 3 * HOUR)
    scene.register(other)

    def meddle(change: ChangedCredit) -> None:
        assert change.before.install_id == install.id
        scene.store.write(lambda uow: uow.installs.decide(make_decision(other, version=2)))

    outcome = one_by_one(scene).apply(
        wanted(scene, probabilistic_lookback_hours=2), on_change=meddle
    )

    assert (outcome.changed, outcome.written) == (2, 1)
    _, versions = scene.services.installs.get(scene.app.id, other.id)
    assert [(one.version, one.cause) for one in versions] == [
        (2, DecisionCause.REGISTRATION),
        (1, DecisionCause.REGISTRATION),
    ]


def test_events_that_waited_for_credit_are_sent(scene: IntakeScene) -> None:
    """Those of the last seven days; what was sent for a lost credit stays sent."""
    scene.click(**home(1), occurred_at=NOON - 30 * HOUR)
    install = scene.new_install(**home(1))
    scene.register(install)
    scene.record([make_read_event(install.appsprint_id)])
    assert scene.deliveries() == []

    apply(scene, probabilistic_lookback_hours=48, min_confidence_percent=50)

    assert [one.install_id for one in scene.deliveries()] == [install.id]


@pytest.mark.parametrize("days", [-1, 2])
def test_the_days_must_be_past(scene: IntakeScene, days: int) -> None:
    """Neither a beginning after the end nor one that is still to come."""
    start = START + timedelta(days=3)
    end = start + timedelta(days=days)
    with pytest.raises(InvalidInput, match="past"):
        scene.services.stored_replay.compare(
            WantedReplay(app_id=scene.app.id, start_on=start, end_on=end)
        )


def test_any_date_can_be_asked_for(scene: IntakeScene) -> None:
    """The last day there is means until now; the first one is long forgotten."""
    app_id, replay = scene.app.id, scene.services.stored_replay
    outcome = replay.compare(WantedReplay(app_id=app_id, start_on=START, end_on=date.max))

    assert outcome.until == scene.plane.clock.now()
    with pytest.raises(InvalidInput, match="forgotten"):
        replay.compare(WantedReplay(app_id=app_id, start_on=date.min))


def test_an_unknown_app(scene: IntakeScene) -> None:
    """And rules that are not allowed."""
    service = scene.services.stored_replay
    with pytest.raises(NotFound):
        service.compare(WantedReplay(app_id=AppId("app_none"), start_on=START))
    with pytest.raises(InvalidInput, match="min_confidence_percent"):
        compare(scene, min_confidence_percent=5)
