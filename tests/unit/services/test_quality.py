"""Quality rules of an app: settings, the trial on stored installs, the summary."""

from __future__ import annotations

from datetime import timedelta

import pytest

from appsprint.domain.click import Click
from appsprint.domain.ids import IdPrefix, InstallId, first_id_at
from appsprint.domain.install import Install
from appsprint.domain.quality_rules import Consequence, QualityRule, QualityRules
from appsprint.domain.report_query import ReportQuery
from appsprint.errors import InvalidInput, NotFound
from appsprint.services.quality import QualityService, WantedRule
from appsprint.services.quality_backtest import Backtest
from appsprint.testing.builders import HOUR, PAGE_URL, new_id
from tests.support.control_plane import NOON, ControlPlane
from tests.support.intake import IntakeScene

RANCHU = '{"deviceHardware":"ranchu"}'
DAY = timedelta(days=1)
NO_CREDIT = WantedRule(rule="emulator", consequence="no_credit")


@pytest.fixture
def scene(plane: ControlPlane) -> IntakeScene:
    """One connected app at noon."""
    return IntakeScene(plane)


@pytest.fixture
def quality(scene: IntakeScene) -> QualityService:
    """The service."""
    return scene.services.quality


def arrive(
    scene: IntakeScene,
    *,
    body: str = "{}",
    ago: timedelta = HOUR,
    id_ago: timedelta | None = None,
) -> Install:
    """Register an install by a click of campaign Spring, from an address of its own."""
    number = new_id(IdPrefix.SEND)[-12:]
    address = f"203.0.{int(number, 16) // 250 % 250}.{int(number, 16) % 250 + 1}"
    now = scene.plane.clock.now()
    at, id_at = now - ago, now - (ago if id_ago is None else id_ago)
    click: Click = scene.click(
        client_ip=address,
        address_key=address,
        occurred_at=at - HOUR,
        page_url=f"{PAGE_URL}&campaign_id=111",
    )
    install = scene.new_install(
        id=InstallId(first_id_at(IdPrefix.INSTALL, id_at)[:-12] + number),
        client_ip=address,
        address_key=address,
        installed_at=at,
        received_at=at,
        body=body,
    )
    scene.register(install)
    assert click.app_id == install.app_id
    return install


def outcome(tried: Backtest) -> tuple[int, int, int, int]:
    """Installs judged, tagged, without postbacks and without credit."""
    totals = tried.totals
    return totals.installs, totals.tagged, totals.withheld, totals.refused


def test_settings_are_changed_rule_by_rule(scene: IntakeScene, quality: QualityService) -> None:
    """What is not named stays as it is, other thresholds of the rule too."""
    app_id = scene.app.id
    quality.set(app_id, [NO_CREDIT, WantedRule(rule="odd_delays", thresholds={"minutes": 5})])
    rules = quality.set(app_id, [WantedRule(rule="odd_delays", consequence="tag")])

    assert rules == quality.rules(app_id)
    assert rules.setting(QualityRule.EMULATOR).consequence is Consequence.NO_CREDIT
    odd = rules.setting(QualityRule.ODD_DELAYS)
    assert (odd.consequence, odd.thresholds["minutes"], odd.thresholds["installs"]) == (
        Consequence.TAG,
        5,
        50,
    )


def test_a_change_is_in_the_audit_log(scene: IntakeScene, quality: QualityService) -> None:
    """With the rule's old and new setting; a change of nothing leaves no entry."""
    fast = WantedRule(rule="too_fast", consequence="no_credit", thresholds={"seconds": 20})
    for _ in range(2):
        quality.set(scene.app.id, [fast])

    page = scene.store.read(lambda uow: uow.audit.page(scene.app.id, before=None, limit=50))
    entries = [one.entry for one in page]
    told = [one.details for one in entries if one.action == "quality_rules.set"]
    assert told == [{"too_fast": "tag (seconds 10) → no_credit (seconds 20)"}]


def test_everything_that_is_wrong_is_told_at_once(
    scene: IntakeScene, quality: QualityService
) -> None:
    """With its place, and nothing is changed."""
    wanted = [
        WantedRule(rule="bots"),
        WantedRule(rule="bot", consequence="kill", thresholds={"seconds": 1}),
        WantedRule(rule="too_fast", thresholds={"seconds": 601}),
        NO_CREDIT,
    ]
    with pytest.raises(InvalidInput) as refused:
        quality.set(scene.app.id, wanted)

    assert [one.field for one in refused.value.problems] == [
        "items[0].rule",
        "items[1].consequence",
        "items[1].thresholds.seconds",
        "items[2].thresholds.seconds",
    ]
    assert refused.value.problems[2].message == "'bot' takes no thresholds"
    assert quality.rules(scene.app.id) == QualityRules()


def test_an_unknown_app_has_no_rules(quality: QualityService) -> None:
    """Neither to read nor to set."""
    for call in (quality.rules, lambda app_id: quality.set(app_id, [NO_CREDIT])):
        with pytest.raises(NotFound):
            call("app_unknown")  # type: ignore[arg-type]


def test_a_trial_tells_what_rules_would_have_done(
    scene: IntakeScene, quality: QualityService
) -> None:
    """By campaign, with examples, before anything is saved."""
    arrive(scene)
    found = arrive(scene, body=RANCHU)
    tried = quality.backtest(scene.app.id, [NO_CREDIT])

    assert outcome(tried) == (2, 1, 0, 1)
    [campaign] = tried.campaigns
    assert (campaign.is_organic, campaign.tried.found) == (False, {QualityRule.EMULATOR: 1})
    assert [one.install_id for one in tried.examples] == [found.id]
    assert quality.rules(scene.app.id) == QualityRules()
    stored, _ = scene.services.installs.get(scene.app.id, found.id)
    assert stored.attribution.is_attributed


def test_a_trial_without_changes_tries_the_rules_in_force(
    scene: IntakeScene, quality: QualityService
) -> None:
    """By default they only mark."""
    arrive(scene, body=RANCHU)
    assert outcome(quality.backtest(scene.app.id)) == (1, 1, 0, 0)

    off = [WantedRule(rule="emulator", consequence="off")]
    assert outcome(quality.backtest(scene.app.id, off)) == (1, 0, 0, 0)


def test_a_trial_judges_a_refused_install_by_the_click_it_had(
    scene: IntakeScene, quality: QualityService
) -> None:
    """So that a rule can be tried again after it was in force."""
    quality.set(scene.app.id, [NO_CREDIT])
    arrive(scene, body=RANCHU)

    milder = quality.backtest(
        scene.app.id, [WantedRule(rule="emulator", consequence="no_postback")]
    )
    assert outcome(milder) == (1, 1, 1, 0)
    assert outcome(quality.backtest(scene.app.id)) == (1, 1, 0, 1)
    assert [one.is_organic for one in milder.campaigns] == [False]


def test_a_trial_goes_back_so_many_days_and_no_further(
    scene: IntakeScene, quality: QualityService
) -> None:
    """Arrivals of the last days, the oldest first when there are too many."""
    for ago in (3 * DAY, 2 * DAY - HOUR, HOUR):
        arrive(scene, ago=ago)

    assert quality.backtest(scene.app.id, days=2).totals.installs == 2
    cut = quality.backtest(scene.app.id, days=2, max_installs=1)
    assert (cut.totals.installs, cut.is_complete) == (1, False)
    assert cut.until == scene.plane.clock.now() - 2 * DAY + HOUR


def test_a_trial_goes_by_arrivals_and_not_by_ids(
    scene: IntakeScene, quality: QualityService
) -> None:
    """Installs of the past that are played in now, as by the demonstration, have ids of now."""
    arrive(scene, ago=3 * DAY, id_ago=HOUR)

    assert quality.backtest(scene.app.id, days=2).totals.installs == 0
    assert quality.backtest(scene.app.id, days=4).totals.installs == 1


def test_a_trial_knows_how_late_a_links_installs_come(
    scene: IntakeScene, quality: QualityService
) -> None:
    """From the installs before each one; here all came an hour after their click."""
    for number in range(12):
        arrive(scene, ago=DAY - number * HOUR)
    odd = WantedRule(
        rule="odd_delays", consequence="tag", thresholds={"installs": 10, "minutes": 30}
    )

    tried = quality.backtest(scene.app.id, [odd])
    assert tried.totals.found == {QualityRule.ODD_DELAYS: 2}


def test_progress_ends_at_its_end(scene: IntakeScene, quality: QualityService) -> None:
    """Whoever watches sees it grow."""
    arrive(scene)
    seen: list[tuple[int, int]] = []
    quality.backtest(
        scene.app.id, days=1, on_progress=lambda done, total: seen.append((done, total))
    )

    assert seen == [(82_800, 86_400), (86_400, 86_400)]


@pytest.mark.parametrize("days", [0, 91])
def test_a_trial_of_no_days_or_very_many_is_refused(
    scene: IntakeScene, quality: QualityService, days: int
) -> None:
    """The number is the field that is wrong."""
    with pytest.raises(InvalidInput) as refused:
        quality.backtest(scene.app.id, days=days)
    assert [one.field for one in refused.value.problems] == ["days"]


def test_the_summary_tells_what_was_found_by_campaign(
    scene: IntakeScene, quality: QualityService
) -> None:
    """Credited installs, those that were tagged, and those that a rule refused."""
    arrive(scene)
    arrive(scene, body=RANCHU)
    quality.set(scene.app.id, [NO_CREDIT])
    arrive(scene, body=RANCHU)
    scene.register(
        scene.new_install(
            client_ip="10.0.0.1",
            address_key=None,
            body=RANCHU,
            id=InstallId(first_id_at(IdPrefix.INSTALL, NOON)),
        )
    )

    summary = quality.summary(scene.app.id, ReportQuery())
    [campaign] = summary.campaigns
    assert (campaign.installs, campaign.tagged) == (2, 1)
    assert campaign.found == {QualityRule.EMULATOR: 2}
    assert campaign.rejected == {QualityRule.EMULATOR: 1}
    assert summary.organic == {QualityRule.EMULATOR: 1}
