"""The diagnostics over a store: which facts they see."""

from __future__ import annotations

from datetime import timedelta

import pytest

from appsprint.domain.app import App
from appsprint.domain.cost import AdEntity, AdLevel
from appsprint.domain.delivery import DeliveryStatus
from appsprint.domain.ids import AppId
from appsprint.domain.link import AdNetwork
from appsprint.errors import NotFound
from appsprint.services.diagnosis import Diagnosis, DiagnosisState
from appsprint.services.links import NewLink
from appsprint.services.troubleshooting import TroubleCode
from tests.support.control_plane import APP_STORE_URL, NOON, ControlPlane
from tests.support.facts import put_delivery, put_event, put_install


def check(plane: ControlPlane, app: App, code: TroubleCode) -> Diagnosis:
    """One item of the list."""
    found = plane.services.diagnostics.check(app.id)
    return next(one for one in found if one.code is code)


def test_reasons_of_the_newest_deliveries_are_evidence(plane: ControlPlane) -> None:
    """What was skipped or given up is shown by reason."""
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
    assert found.evidence["newest_skipped_reasons"] == {"missing_ttclid": 2, "unknown": 1}
    assert found.evidence["newest_dead_reasons"] == {"too_old": 1}
    assert found.evidence["dead"] == 1


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
    event = put_event(plane.store, put_install(plane.store, app.id, NOON), NOON)
    put_delivery(plane.store, event, status=DeliveryStatus.SENT)
    plane.clock.advance(age)

    assert check(plane, app, TroubleCode.FIRST_EVENTS_WAIT).state is state


def test_pixel_of_the_newest_accepted_event_counts(plane: ControlPlane) -> None:
    """TikTok's acceptance shows that pixel and token belong together."""
    app = plane.ios_app()
    pixel = "CQ6FR3RC77U6L0AM21H0"
    plane.services.connections.save_events_api(app.id, pixel_id=pixel, access_token="t")
    assert check(plane, app, TroubleCode.PIXEL_TOKEN_PAIR).state is DiagnosisState.UNKNOWN
    event = put_event(plane.store, put_install(plane.store, app.id, NOON), NOON)
    put_delivery(plane.store, event, status=DeliveryStatus.SENT, pixel_id=pixel)

    assert check(plane, app, TroubleCode.PIXEL_TOKEN_PAIR).state is DiagnosisState.OK


def test_links_and_their_installs_are_evidence(plane: ControlPlane) -> None:
    """Installs without a campaign show that the link lost TikTok's parameters."""
    app = plane.ios_app()
    new = NewLink(network="tiktok", name="x", destination_url=APP_STORE_URL)
    link, archived = (plane.services.links.create(app.id, new) for _ in range(2))
    plane.services.links.archive(app.id, archived.id)
    put_install(plane.store, app.id, NOON, link_id=link.id, campaign_id="c1")
    put_install(plane.store, app.id, NOON, link_id=link.id)
    put_install(plane.store, app.id, NOON)

    found = check(plane, app, TroubleCode.AD_LINK_MISMATCH)

    assert found.evidence == {
        "links": 1,
        "clicks": 0,
        "newest_installs": 2,
        "installs_without_campaign": 1,
        "events_without_ttclid": 0,
    }
    assert check(plane, app, TroubleCode.OS_TARGETING).evidence["installs"] == 2


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
