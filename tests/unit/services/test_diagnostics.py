"""The diagnostics over a store: which facts they see."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from appsprint.domain.app import App
from appsprint.domain.connection import CredentialCheck
from appsprint.domain.cost import AdEntity, AdLevel, CountingRules
from appsprint.domain.delivery import DeliveryStatus
from appsprint.domain.ids import AppId
from appsprint.domain.link import AdNetwork, Link
from appsprint.errors import NotFound
from appsprint.services.findings import Diagnosis, DiagnosisState
from appsprint.services.links import NewLink
from appsprint.services.mapping import WantedRow
from appsprint.services.troubleshooting import TroubleCode
from appsprint.testing.builders import SAFARI, make_click, put_clicks
from tests.support.control_plane import APP_STORE_URL, NOON, ControlPlane
from tests.support.facts import put_delivery, put_event, put_install

PIXEL = "CQ6FR3RC77U6L0AM21H0"
ANDROID = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/138.0.0.0 Mobile Safari/537.36"
)


def check(plane: ControlPlane, app: App, code: TroubleCode) -> Diagnosis:
    """One item of the list."""
    found = plane.services.diagnostics.check(app.id)
    return next(one for one in found if one.code is code)


def test_reasons_of_the_newest_deliveries_are_evidence(plane: ControlPlane) -> None:
    """What was skipped or given up is shown by reason, with the network's words."""
    app = plane.ios_app()
    install = put_install(plane.store, app.id, NOON)
    for status, reason in [
        (DeliveryStatus.SKIPPED, "missing_ttclid"),
        (DeliveryStatus.SKIPPED, "missing_ttclid"),
        (DeliveryStatus.SKIPPED, None),
        (DeliveryStatus.DEAD, "too_old"),
    ]:
        event = put_event(plane.store, install, NOON)
        put_delivery(plane.store, event, status=status, reason=reason)

    found = check(plane, app, TroubleCode.EVENTS_NOT_SENT)

    assert found.state is DiagnosisState.FAILING
    assert found.evidence["skipped_reasons"] == {"missing_ttclid": 2, "unknown": 1}
    assert found.evidence["dead_reasons"] == {"too_old": 1}
    assert found.evidence["dead"] == 1
    examples = found.evidence["examples"]
    assert isinstance(examples, list)
    assert {one["answer"] for one in examples} == {"refused"}


def test_what_is_older_than_the_window_is_over(plane: ControlPlane) -> None:
    """A dead letter of last month is no trouble of today."""
    app = plane.ios_app()
    event = put_event(plane.store, put_install(plane.store, app.id, NOON), NOON)
    put_delivery(plane.store, event, status=DeliveryStatus.DEAD, reason="too_old")
    plane.clock.advance(timedelta(days=7))
    assert check(plane, app, TroubleCode.EVENTS_NOT_SENT).state is DiagnosisState.FAILING

    plane.clock.advance(timedelta(milliseconds=1))

    assert check(plane, app, TroubleCode.EVENTS_NOT_SENT).state is DiagnosisState.UNKNOWN


def test_rows_that_were_switched_off_are_evidence(plane: ControlPlane) -> None:
    """Beside the events that came for them."""
    app = plane.ios_app()
    plane.services.mapping.set_rows(app.id, [WantedRow("purchase", None), WantedRow("login", "In")])
    install = put_install(plane.store, app.id, NOON)
    put_event(plane.store, install, NOON, skip_reason="not_mapped")

    evidence = check(plane, app, TroubleCode.EVENTS_NOT_SENT).evidence

    assert evidence["switched_off"] == ["purchase"]
    assert evidence["not_mapped"] == {"purchase": 1}


@pytest.mark.parametrize(
    ("age", "state"),
    [
        pytest.param(timedelta(minutes=90), DiagnosisState.WARNING, id="just sent"),
        pytest.param(timedelta(minutes=90, milliseconds=1), DiagnosisState.OK, id="long ago"),
    ],
)
def test_first_events_get_ninety_minutes(
    plane: ControlPlane, age: timedelta, state: DiagnosisState
) -> None:
    """TikTok shows events late; until then nothing is wrong."""
    app = plane.ios_app()
    plane.services.connections.save_events_api(app.id, pixel_id=PIXEL, access_token="t")
    event = put_event(plane.store, put_install(plane.store, app.id, NOON), NOON)
    put_delivery(plane.store, event, status=DeliveryStatus.SENT, pixel_id=PIXEL)
    plane.clock.advance(age)

    assert check(plane, app, TroubleCode.FIRST_EVENTS_WAIT).state is state


def test_pixel_of_the_newest_accepted_event_counts(plane: ControlPlane) -> None:
    """TikTok's acceptance shows that pixel and token belong together."""
    app = plane.ios_app()
    plane.network.flow.check = CredentialCheck.NOT_CHECKABLE
    plane.services.connections.save_events_api(app.id, pixel_id=PIXEL, access_token="t")
    assert check(plane, app, TroubleCode.PIXEL_TOKEN_PAIR).state is DiagnosisState.UNKNOWN
    event = put_event(plane.store, put_install(plane.store, app.id, NOON), NOON)
    put_delivery(plane.store, event, status=DeliveryStatus.SENT, pixel_id=PIXEL)

    assert check(plane, app, TroubleCode.PIXEL_TOKEN_PAIR).state is DiagnosisState.OK


def new_link(plane: ControlPlane, app: App) -> Link:
    """A new ad link."""
    wanted = NewLink(network="tiktok", name="Spring", destination_url=APP_STORE_URL)
    return plane.services.links.create(app.id, wanted)


def test_clicks_are_compared_with_the_link(plane: ControlPlane) -> None:
    """The generated link, filled in as TikTok does it, is right; a stripped one is not."""
    app = plane.ios_app()
    link, archived = new_link(plane, app), new_link(plane, app)
    plane.services.links.archive(app.id, archived.id)
    url = plane.services.links.url_of(link)
    filled = re.sub("__[A-Z_]+__", "1801", url)
    for page_url, user_agent in [
        (f"{filled}&ttclid=E_C_P_x", SAFARI),
        (f"{url}&ttclid=E_C_P_x", ANDROID),
        (url.partition("?")[0], "curl/8"),
    ]:
        put_clicks(
            plane.store,
            make_click(
                app_id=app.id,
                link_id=link.id,
                occurred_at=NOON,
                page_url=page_url,
                user_agent=user_agent,
            ),
        )

    evidence = check(plane, app, TroubleCode.AD_LINK_MISMATCH).evidence

    assert evidence["links"] == 1
    assert (evidence["clicks"], evidence["clicks_are_all"]) == (3, True)
    assert evidence["clicks_without_ttclid"] == 1
    assert evidence["clicks_with_unexpanded_macros"] == 1
    assert evidence["clicks_with_changed_parameters"] == 1
    assert evidence["links_concerned"] == [
        {"link_id": link.id, "name": "Spring", "clicks": 3, "clicks_concerned": 2}
    ]
    by_os = check(plane, app, TroubleCode.OS_TARGETING).evidence["clicks_by_os"]
    assert by_os == {"ios": 1, "android": 1, "other": 1}


def test_ads_are_compared_with_the_link(plane: ControlPlane) -> None:
    """Where TikTok says that they lead; other products' ads are nobody's business."""
    app = plane.ios_app()
    link, archived = new_link(plane, app), new_link(plane, app)
    plane.services.links.archive(app.id, archived.id)
    url = plane.services.links.url_of(link)
    landings = {
        "1": url,
        "2": url.replace("https://go.example", "https://old.example"),
        "3": url.partition("?")[0],
        "4": APP_STORE_URL,
        "5": plane.services.links.url_of(archived),
        "6": "https://shop.example/",
        "7": None,
    }
    put_ads(plane, app, landings)

    evidence = check(plane, app, TroubleCode.AD_LINK_MISMATCH).evidence

    assert evidence["ads_with_the_exact_link"] == 1
    concerned = evidence["ads_concerned"]
    assert isinstance(concerned, list)
    assert {one["ad_id"]: one["problem"] for one in concerned} == {
        "2": "changed_address",
        "3": "changed_parameters",
        "4": "store_page",
        "5": "archived_link",
    }


def put_ads(plane: ControlPlane, app: App, landings: dict[str, str | None]) -> None:
    """Imported ads by id, and where each leads."""
    ads = [
        AdEntity(
            level=AdLevel.AD,
            id=ad_id,
            name=f"Ad {ad_id}",
            campaign_id="1",
            adgroup_id="11",
            landing_page_url=url,
        )
        for ad_id, url in landings.items()
    ]
    plane.store.write(lambda uow: uow.costs.save_entities(app.id, AdNetwork.TIKTOK, ads, at=NOON))


def test_imported_numbers_stand_beside_ours(plane: ControlPlane) -> None:
    """Over the report's usual week; nothing is compared before the first import."""
    app = plane.ios_app()
    assert check(plane, app, TroubleCode.NUMBERS_DIFFER).state is DiagnosisState.UNKNOWN
    present = plane.services.connections.overview(app.id).connection
    plane.store.write(lambda uow: uow.connections.save(replace(present, last_sync_at=NOON)))
    group = AdEntity(
        level=AdLevel.ADGROUP,
        id="11",
        name="Group",
        campaign_id="1",
        counting=CountingRules(event="SHOPPING"),
    )
    plane.store.write(
        lambda uow: uow.costs.save_entities(app.id, AdNetwork.TIKTOK, [group], at=NOON)
    )
    put_install(plane.store, app.id, NOON, link_id="lnk_1", campaign_id="1")

    evidence = check(plane, app, TroubleCode.NUMBERS_DIFFER).evidence

    assert (evidence["start"], evidence["end"]) == ("2026-03-23", "2026-03-29")
    assert (evidence["attributed_installs"], evidence["reported_conversions"]) == (1, None)
    causes = evidence["causes"]
    assert isinstance(causes, list)
    assert "counted_event" in {cause["code"] for cause in causes}


def test_objectives_of_imported_campaigns_are_evidence(plane: ControlPlane) -> None:
    """Deleted campaigns and the levels below do not count."""
    app = plane.ios_app()

    def entity(level: AdLevel, entity_id: str, objective: str, *, deleted: bool) -> AdEntity:
        return AdEntity(
            level=level,
            id=entity_id,
            name=entity_id,
            campaign_id="1",
            objective=objective,
            is_deleted=deleted,
        )

    entities = [
        entity(AdLevel.CAMPAIGN, "1", "WEB_CONVERSIONS", deleted=False),
        entity(AdLevel.CAMPAIGN, "2", "REACH", deleted=True),
        entity(AdLevel.AD, "3", "TRAFFIC", deleted=False),
    ]
    plane.store.write(
        lambda uow: uow.costs.save_entities(app.id, AdNetwork.TIKTOK, entities, at=NOON)
    )

    found = check(plane, app, TroubleCode.OBJECTIVE_REJECTED)

    assert found.evidence["objectives"] == ["WEB_CONVERSIONS"]
    assert found.state is DiagnosisState.WARNING


def test_unknown_app_has_no_diagnostics(plane: ControlPlane) -> None:
    """The call says so."""
    with pytest.raises(NotFound):
        plane.services.diagnostics.check(AppId("app_none"))


def test_payments_count_for_value_based_optimization(plane: ControlPlane) -> None:
    """Accepted payments with value only, by when they happened."""
    app = plane.ios_app()
    install = put_install(plane.store, app.id, NOON)
    for status in (DeliveryStatus.SENT, DeliveryStatus.DEAD):
        put_delivery(plane.store, put_event(plane.store, install, NOON), status=status)
    worthless = put_event(plane.store, install, NOON, revenue=None)
    put_delivery(plane.store, worthless, status=DeliveryStatus.SENT)
    subscription = put_event(plane.store, install, NOON, event_type="subscribe")
    put_delivery(plane.store, subscription, status=DeliveryStatus.SENT, network_event="Subscribe")

    progress = plane.services.vbo.progress(app.id)

    assert progress.recent == 1
    assert progress.best_window is not None
    assert progress.best_window.count == 1
    with pytest.raises(NotFound):
        plane.services.vbo.progress(AppId("app_none"))
