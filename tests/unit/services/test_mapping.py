"""Event mapping."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appsprint.domain.ids import AppId
from appsprint.domain.link import AdNetwork
from appsprint.domain.mapping import MAPPABLE_SDK_EVENTS, MappingKind, MappingRow
from appsprint.errors import InvalidInput, NotFound
from appsprint.services.mapping import MAX_CUSTOM_ROWS, WantedRow
from tests.support.control_plane import ControlPlane
from tests.support.facts import put_campaign

PURCHASE = MappingRow(
    sdk_event="purchase", network_event="Purchase", kind=MappingKind.STANDARD, is_default=True
)
LOGIN_OFF = MappingRow(sdk_event="login", network_event=None, kind=None, is_default=True)


def row_of(plane: ControlPlane, app_id: AppId, sdk_event: str) -> MappingRow:
    """One row of the table."""
    return next(row for row in plane.services.mapping.rows(app_id) if row.sdk_event == sdk_event)


def test_table_starts_as_shipped(plane: ControlPlane) -> None:
    """Every SDK event has a row; login, achieve_level and install are off."""
    app = plane.ios_app()

    rows = plane.services.mapping.rows(app.id)

    assert rows[0] == PURCHASE
    assert sorted(row.sdk_event for row in rows) == sorted(MAPPABLE_SDK_EVENTS)
    assert all(row.is_default for row in rows)
    off = {row.sdk_event for row in rows if row.network_event is None}
    assert {"login", "achieve_level", "level_complete", "install"} <= off


def test_rows_that_are_named_change_and_others_stay(plane: ControlPlane) -> None:
    """A row can get another event, a custom name, or nothing."""
    app = plane.ios_app()

    table = plane.services.mapping.set_rows(
        app.id,
        [
            WantedRow("purchase", "Subscribe"),
            WantedRow("login", "app-login"),
            WantedRow("search", None),
            WantedRow("share", ""),
            WantedRow("custom:level up", "LevelUp"),
        ],
    )

    found = {row.sdk_event: row for row in table}
    assert (found["purchase"].network_event, found["purchase"].is_default) == ("Subscribe", False)
    assert (found["login"].kind, found["login"].is_default) == (MappingKind.CUSTOM, False)
    assert (found["search"].network_event, found["search"].is_default) == (None, False)
    assert found["share"].is_default
    assert table[-1].sdk_event == "custom:level up"
    assert found["subscribe"].is_default
    assert plane.services.mapping.rows(app.id) == table


def test_new_events_are_mapped_at_once(plane: ControlPlane) -> None:
    """The event route sees the change."""
    app = plane.ios_app()
    plane.services.connections.save_events_api(app.id, pixel_id="C" * 20, access_token="token")

    plane.services.mapping.set_rows(app.id, [WantedRow("login", "Contact")])

    (route,) = plane.services.directory.routes(app.id)
    assert route.mapping["login"] == "Contact"


def test_row_set_to_its_default_is_default(plane: ControlPlane) -> None:
    """Whether a row is as shipped depends on what it says, not on who said it."""
    app = plane.ios_app()

    plane.services.mapping.set_rows(
        app.id, [WantedRow("purchase", "Purchase"), WantedRow("login", None)]
    )

    assert row_of(plane, app.id, "purchase") == PURCHASE
    assert row_of(plane, app.id, "login") == LOGIN_OFF


def test_reset_returns_a_row_to_its_default(plane: ControlPlane) -> None:
    """A row at its default stays there; a custom row disappears."""
    app = plane.ios_app()
    plane.services.mapping.set_rows(
        app.id, [WantedRow("purchase", None), WantedRow("custom:x", "X")]
    )

    assert plane.services.mapping.reset(app.id, "purchase") == PURCHASE
    assert plane.services.mapping.reset(app.id, "purchase") == PURCHASE
    plane.services.mapping.reset(app.id, "custom:x")

    assert len(plane.services.mapping.rows(app.id)) == len(MAPPABLE_SDK_EVENTS)
    assert all(row.is_default for row in plane.services.mapping.rows(app.id))


def test_all_or_nothing_with_every_problem(plane: ControlPlane) -> None:
    """One bad row stops all, and each bad row is told by its place."""
    app = plane.ios_app()

    with pytest.raises(InvalidInput) as caught:
        plane.services.mapping.set_rows(
            app.id,
            [
                WantedRow("login", "Contact"),
                WantedRow("jump", "Contact"),
                WantedRow("search", "CompletePayment"),
                WantedRow("share", "two words"),
                WantedRow("Log-In", "x"),
                WantedRow("LOGIN", "Contact"),
            ],
        )

    assert [problem.field for problem in caught.value.problems] == [
        "items[1].sdk_event",
        "items[2].tiktok_event",
        "items[3].tiktok_event",
        "items[4].sdk_event",
        "items[5].sdk_event",
    ]
    assert "Purchase" in caught.value.problems[1].message
    assert "twice" in caught.value.problems[4].message
    assert row_of(plane, app.id, "login") == LOGIN_OFF


def test_custom_rows_are_bounded(plane: ControlPlane) -> None:
    """An app cannot fill the table without end."""
    app = plane.ios_app()
    many = [WantedRow(f"custom:e{number}", "X") for number in range(MAX_CUSTOM_ROWS)]
    plane.services.mapping.set_rows(app.id, many)

    with pytest.raises(InvalidInput, match=str(MAX_CUSTOM_ROWS)):
        plane.services.mapping.set_rows(app.id, [WantedRow("custom:one more", "X")])


def test_unknown_app_has_no_mapping(plane: ControlPlane) -> None:
    """Every call says so."""
    nowhere = AppId("app_none")

    with pytest.raises(NotFound):
        plane.services.mapping.rows(nowhere)
    with pytest.raises(NotFound):
        plane.services.mapping.set_rows(nowhere, [WantedRow("login", None)])
    with pytest.raises(NotFound):
        plane.services.mapping.reset(nowhere, "login")
    with pytest.raises(InvalidInput):
        plane.services.mapping.reset(nowhere, "jump")


@given(sdk_event=st.text(max_size=300), network_event=st.none() | st.text(max_size=80))
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_row_is_set_or_refused(
    plane: ControlPlane, sdk_event: str, network_event: str | None
) -> None:
    """Whatever is typed, the table says the same afterwards as what was accepted."""
    app_id = next(iter(plane.services.apps.list()), None) or plane.ios_app()
    before = plane.store.read(lambda uow: uow.connections.mapping(app_id.id, AdNetwork.TIKTOK))
    try:
        table = plane.services.mapping.set_rows(app_id.id, [WantedRow(sdk_event, network_event)])
    except InvalidInput:
        after = plane.store.read(lambda uow: uow.connections.mapping(app_id.id, AdNetwork.TIKTOK))
        assert after == before
        return
    assert any(row.network_event == (network_event or None) for row in table)


def test_rows_that_no_campaign_uses_are_warned_of(plane: ControlPlane) -> None:
    """A Sales campaign does not use trial starts: said before TikTok says it."""
    app = plane.ios_app()
    assert row_of(plane, app.id, "start_trial").warnings == ()
    put_campaign(plane.store, app.id, "1", "WEB_CONVERSIONS")

    (warning,) = row_of(plane, app.id, "start_trial").warnings

    assert warning.code == "objective_rejected"
    assert "Sales campaigns may not optimize for StartTrial" in warning.message
    assert warning.action
    assert row_of(plane, app.id, "purchase").warnings == ()
    assert plane.services.mapping.reset(app.id, "start_trial").warnings == (warning,)


def test_a_campaign_that_uses_the_event_ends_the_warning(plane: ControlPlane) -> None:
    """One of them is enough."""
    app = plane.ios_app()
    put_campaign(plane.store, app.id, "1", "WEB_CONVERSIONS")
    (warning,) = row_of(plane, app.id, "sign_up").warnings
    assert warning.message == "Sales campaigns do not optimize for CompleteRegistration."

    put_campaign(plane.store, app.id, "2", "LEAD_GENERATION")

    assert row_of(plane, app.id, "sign_up").warnings == ()
