"""Erasing one person, and forgetting what is old: what goes, what stays, and what files hold."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from appsprint.domain.audit import AuditAction
from appsprint.domain.click import Click
from appsprint.domain.delivery import DeliveryStatus, SkipReason
from appsprint.domain.ids import AppId, ClickId, EventId, IdPrefix, InstallId, first_id_at
from appsprint.domain.inapp_event import InAppEvent
from appsprint.domain.install import IdentifierKind
from appsprint.domain.privacy import (
    DataSubject,
    ErasedRows,
    PersonalData,
    RetainedKind,
    Retention,
)
from appsprint.errors import InvalidInput, NotFound
from appsprint.ports.events import EventFilter
from appsprint.ports.installs import AttributedInstall, InstallContext, InstallFilter
from appsprint.ports.store import UnitOfWork
from appsprint.services.privacy import ROWS_AT_ONCE, PrivacyService
from appsprint.testing.builders import (
    SAFARI,
    make_click,
    make_decision,
    make_event,
    make_install,
    make_refusal,
    make_visit,
    put_clicks,
    put_events,
    put_install,
)
from tests.support.control_plane import NOON, ControlPlane, build_control_plane
from tests.support.intake import IntakeScene, make_read_event, make_unread_event

DEVICE = "4f1f3e9c-device-of-a-person"
ADDRESS = "198.51.100.77"
AGENT = f"{SAFARI} Personal/1"
IDFA = "11111111-2222-4333-8444-555555555555"
CUSTOMER = "anna@example.com"
PERSONAL = (
    DEVICE,
    ADDRESS,
    "Personal/1",
    IDFA,
    CUSTOMER,
    "E_C_P_annas_click",
    "sdk-anna",
    "sku-77",
)
DAY = timedelta(days=1)


@pytest.fixture
def plane(tmp_path: Path) -> Iterator[ControlPlane]:
    """Services over an empty database."""
    made = build_control_plane(tmp_path)
    yield made
    made.store.close()


@pytest.fixture
def scene(plane: ControlPlane) -> IntakeScene:
    """A connected app."""
    return IntakeScene(plane)


@pytest.fixture
def anna(scene: IntakeScene) -> DataSubject:
    """A person with a click, an install, events, a refused event and identifiers."""
    scene.click(
        client_ip=ADDRESS,
        address_key=ADDRESS,
        user_agent=AGENT,
        advertising_id=IDFA,
        page_url=f"https://go.example/c/{scene.link.slug}?ttclid=E_C_P_annas_click&x=1",
    )
    install = scene.new_install(
        appsprint_id=DEVICE,
        client_ip=ADDRESS,
        address_key=ADDRESS,
        user_agent=AGENT,
        advertising_id=IDFA,
        body=f'{{"appsprintId":"{DEVICE}"}}',
    )
    assert scene.register(install, customer_user_id=CUSTOMER).found.attribution.is_attributed
    scene.record(
        [
            make_read_event(DEVICE, 0, event_id="sdk-anna-1", parameters='{"item":"sku-77"}'),
            make_read_event(DEVICE, 1, event_id="sdk-anna-2", event_type="login"),
        ],
        [make_unread_event(2, excerpt=f'{{"appsprintId":"{DEVICE}"}}')],
    )
    return DataSubject(appsprint_id=DEVICE)


def contents(folder: Path) -> bytes:
    """Everything that the store's files hold."""
    return b"".join(one.read_bytes() for one in sorted(folder.rglob("*")) if one.is_file())


def test_no_file_holds_an_erased_person(
    tmp_path: Path, plane: ControlPlane, scene: IntakeScene, anna: DataSubject
) -> None:
    """Neither the database nor its log, not even where content was deleted."""
    before = contents(tmp_path)
    assert all(value.encode() in before for value in PERSONAL)

    receipt = plane.services.privacy.erase(scene.app.id, anna)

    after = contents(tmp_path)
    assert [value for value in PERSONAL if value.encode() in after] == []
    assert receipt.rows == ErasedRows(
        installs=1, clicks=1, events=2, deliveries=1, identifiers=1, decisions=1, refused_events=1
    )


def test_sums_and_the_ledger_stay(
    plane: ControlPlane, scene: IntakeScene, anna: DataSubject
) -> None:
    """An erased install still counts, on its day and for its campaign; so does its revenue."""
    books = scene.ledger()
    counts = plane.services.links.get(scene.app.id, scene.link.id).counts
    revenue = [one.event.revenue_micros for one in scene.events()]

    plane.services.privacy.erase(scene.app.id, anna)

    assert scene.ledger().counts == books.counts
    assert scene.ledger().is_balanced
    assert plane.services.links.get(scene.app.id, scene.link.id).counts == counts
    assert [one.event.revenue_micros for one in scene.events()] == revenue
    [install] = installs_of(plane, scene.app.id)
    assert install.attribution.link_id == scene.link.id


def test_what_was_not_sent_never_is(
    plane: ControlPlane, scene: IntakeScene, anna: DataSubject
) -> None:
    """A pending delivery is skipped with its reason."""
    plane.services.privacy.erase(scene.app.id, anna)

    [delivery] = scene.deliveries()
    assert (delivery.status, delivery.reason) == (DeliveryStatus.SKIPPED, SkipReason.ERASED)
    assert delivery.next_attempt_at is None


def test_a_customer_is_all_devices_that_ever_had_the_id(
    plane: ControlPlane, scene: IntakeScene, anna: DataSubject
) -> None:
    """Also one that somebody else uses now."""
    other = scene.organic_device()
    for device, customer in [(other, CUSTOMER), (other, "bob@example.com")]:
        plane.store.write(
            lambda uow, device=device, customer=customer: (  # type: ignore[misc]
                plane.services.install_intake.note_customer(uow, scene.app, device, customer)
            )
        )

    receipt = plane.services.privacy.erase(scene.app.id, DataSubject(customer_user_id=CUSTOMER))

    assert receipt.rows.installs == 2
    assert plane.store.read(lambda uow: uow.installs.by_appsprint_id(scene.app.id, other)) is None


def test_a_dry_run_tells_and_changes_nothing(
    tmp_path: Path, plane: ControlPlane, scene: IntakeScene, anna: DataSubject
) -> None:
    """Its figures are those of the real run."""
    told = plane.services.privacy.erase(scene.app.id, anna, is_dry_run=True)

    assert all(value.encode() in contents(tmp_path) for value in PERSONAL)
    done = plane.services.privacy.erase(scene.app.id, anna)
    assert (told.rows, told.is_dry_run, done.is_dry_run) == (done.rows, True, False)


def test_a_second_time_finds_nothing(
    plane: ControlPlane, scene: IntakeScene, anna: DataSubject
) -> None:
    """Nor does a person who was never there; neither is an error."""
    plane.services.privacy.erase(scene.app.id, anna)

    assert plane.services.privacy.erase(scene.app.id, anna).rows == ErasedRows()


def test_others_keep_everything(plane: ControlPlane, scene: IntakeScene, anna: DataSubject) -> None:
    """Another device's install, events and click are as before."""
    other = scene.credited_device()
    scene.record([make_read_event(other, parameters='{"item":"sku-88"}')])
    before = facts_of(plane, scene, other)

    plane.services.privacy.erase(scene.app.id, anna)

    assert facts_of(plane, scene, other) == before


def test_whatever_the_person_tapped_besides_goes(
    tmp_path: Path, plane: ControlPlane, scene: IntakeScene, anna: DataSubject
) -> None:
    """The same browser at the same address, within a day; nothing of others who are there too."""
    same = {"client_ip": ADDRESS, "address_key": ADDRESS, "user_agent": AGENT}
    scene.click(**same, page_url="https://go.example/c/x?ttclid=E_C_P_annas_second_click")
    kept = [
        scene.click(**same | {"user_agent": SAFARI}),
        scene.click(**same, occurred_at=NOON + 2 * DAY),
    ]
    for number, agent in enumerate((AGENT, SAFARI)):
        visit_id = aged(IdPrefix.FILTERED_VISIT, timedelta(), number)
        visit = make_visit(app_id=scene.app.id, id=visit_id, client_ip=ADDRESS, user_agent=agent)
        put_clicks(plane.store, visit)

    receipt = plane.services.privacy.erase(scene.app.id, anna)

    assert receipt.rows.clicks == 3
    assert b"annas_second_click" not in contents(tmp_path)
    found = plane.store.read(lambda uow: [uow.clicks.get(scene.app.id, one.id) for one in kept])
    assert found == kept


def test_a_refused_event_is_found_by_its_device(
    tmp_path: Path, plane: ControlPlane, scene: IntakeScene, anna: DataSubject
) -> None:
    """What is quoted of it need not reach as far as the id."""
    cut = make_unread_event(0, appsprint_id=DEVICE, event_id="sdk-anna-cut", excerpt='{"sku-77')
    scene.record([], [cut])

    assert plane.services.privacy.erase(scene.app.id, anna).rows.refused_events == 2

    assert b"sdk-anna-cut" not in contents(tmp_path)


def test_a_click_of_somebody_else_cannot_be_claimed(
    plane: ControlPlane, scene: IntakeScene
) -> None:
    """A device may name any click; erasing it does not touch one that earned another install."""
    other = scene.credited_device()
    claimed = facts_of(plane, scene, other)[1]
    assert claimed is not None
    install = scene.new_install(
        appsprint_id=DEVICE, client_ip="10.0.0.1", address_key=None, given_click_id=claimed.id
    )
    scene.register(install)

    plane.services.privacy.erase(scene.app.id, DataSubject(appsprint_id=DEVICE))

    assert facts_of(plane, scene, other)[1] == claimed


def test_an_unknown_app_is_told(plane: ControlPlane) -> None:
    """Nothing is looked for."""
    with pytest.raises(NotFound):
        plane.services.privacy.erase(AppId("app_none"), DataSubject(appsprint_id="x"))


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"appsprint_id": "a", "customer_user_id": "b"},
        {"appsprint_id": ""},
        {"customer_user_id": "x" * 256},
    ],
)
def test_a_subject_is_exactly_one_id(given: dict[str, str]) -> None:
    """Everything else is refused where it is built."""
    with pytest.raises(InvalidInput):
        DataSubject(**given)


# Retention


def keeping_90_days(plane: ControlPlane, kind: PersonalData) -> PrivacyService:
    """A service that forgets one kind after 90 days."""
    return PrivacyService(
        store=plane.store, clock=plane.clock, retention=Retention({kind: 90 * DAY})
    )


def aged(prefix: IdPrefix, age: timedelta, number: int = 0) -> str:
    """An id that was made ``age`` before now."""
    return f"{first_id_at(prefix, NOON - age)[:-4]}{number:04x}"


def test_old_clicks_go_unless_they_earned_an_install(plane: ControlPlane) -> None:
    """Those keep link and time; younger ones keep everything."""
    app = plane.ios_app()
    clicks = [
        make_click(app_id=app.id, id=ClickId(aged(IdPrefix.CLICK, age)))
        for age in (91 * DAY, 92 * DAY, 90 * DAY, 1 * DAY)
    ]
    put_clicks(plane.store, *clicks)
    put_install(plane.store, make_install(app_id=app.id), clicks[0])

    assert keeping_90_days(plane, PersonalData.CLICKS).forget_old() == 2

    found = plane.store.read(lambda uow: [uow.clicks.get(app.id, click.id) for click in clicks])
    assert found[0] == replace(
        clicks[0],
        client_ip="",
        address_key=None,
        user_agent="",
        accept_language=None,
        advertising_id=None,
        http_referrer=None,
        page_url=clicks[0].page_url.partition("?")[0],
    )
    assert found[1:] == [None, clicks[2], clicks[3]]
    counts = plane.store.read(lambda uow: uow.links.counts(app.id, clicks[0].link_id))
    assert counts.clicks == 4


def test_an_app_keeps_what_it_says(plane: ControlPlane) -> None:
    """Its own retention counts instead of the server's, and the server's once it is lifted."""
    short, long, gone = plane.ios_app(), plane.ios_app(), plane.ios_app()
    ages = {short: 40 * DAY, long: 400 * DAY, gone: 400 * DAY}
    for app, age in ages.items():
        put_clicks(plane.store, make_click(app_id=app.id, id=ClickId(aged(IdPrefix.CLICK, age))))
    plane.services.retention.change(short.id, {RetainedKind.CLICKS: 31})
    plane.services.retention.change(long.id, {RetainedKind.CLICKS: 0})
    plane.services.apps.delete(gone.id)
    service = keeping_90_days(plane, PersonalData.CLICKS)

    assert service.forget_old() == 2

    plane.services.retention.change(long.id, {RetainedKind.CLICKS: None})
    assert service.forget_old() == 1


def test_a_retention_is_checked_and_told(plane: ControlPlane) -> None:
    """All or nothing; the log says what it was and what it is."""
    app = plane.ios_app()
    retention = plane.services.retention
    with pytest.raises(InvalidInput) as refused:
        retention.change(app.id, {RetainedKind.CLICKS: 30, RetainedKind.EVENTS: 31})
    assert [one.field for one in refused.value.problems] == ["clicks_days"]
    assert all(row.own_days is None for row in retention.rows(app.id))

    retention.change(app.id, {RetainedKind.CLICKS: 31, RetainedKind.EVENTS: 0})
    retention.change(app.id, {RetainedKind.CLICKS: 31})

    assert {row.kind: row.days for row in retention.rows(app.id)} == {
        RetainedKind.CLICKS: 31,
        RetainedKind.INSTALLS: 400,
        RetainedKind.EVENTS: 0,
        RetainedKind.DELIVERIES: 90,
    }
    log = plane.store.read(lambda uow: uow.audit.page(app.id, before=None, limit=5))
    told = [one.entry for one in log if one.entry.action is AuditAction.RETENTION_CHANGED]
    assert [one.details for one in told] == [
        {"clicks": "the server's → 31 days", "events": "the server's → for good"}
    ]


def test_old_visits_of_machines_go(tmp_path: Path, plane: ControlPlane) -> None:
    """The link still counts them."""
    app = plane.ios_app()
    visit = make_visit(app_id=app.id, id=aged(IdPrefix.FILTERED_VISIT, 91 * DAY))
    put_clicks(plane.store, visit)

    assert keeping_90_days(plane, PersonalData.FILTERED_VISITS).forget_old() == 1

    with closing(sqlite3.connect(tmp_path / "appsprint.db")) as connection:
        [(left,)] = connection.execute("SELECT count(*) FROM filtered_visits")
        [(counted,)] = connection.execute("SELECT filtered_visits FROM link_totals")
    assert (left, counted) == (0, 1)


def test_an_old_install_is_still_known_to_its_app(plane: ControlPlane) -> None:
    """It keeps the device-made id and the customer's; addresses and advertising ids go."""
    app = plane.ios_app()
    install = make_install(
        app_id=app.id,
        id=InstallId(aged(IdPrefix.INSTALL, 91 * DAY)),
        advertising_id=IDFA,
        install_referrer="click_id=clk_1",
    )

    def work(uow: UnitOfWork) -> None:
        uow.installs.add(install)
        uow.installs.decide(make_decision(install, explanation='{"candidates":[1]}'))
        for kind, value in [
            (IdentifierKind.IDFA, IDFA),
            (IdentifierKind.CUSTOMER_USER_ID, CUSTOMER),
        ]:
            uow.installs.note_identifier(app.id, install.id, kind, value, at=NOON)

    plane.store.write(work)

    assert keeping_90_days(plane, PersonalData.INSTALLS).forget_old() == 1

    found = plane.store.read(lambda uow: uow.installs.by_appsprint_id(app.id, install.appsprint_id))
    assert found is not None
    assert (found.install.client_ip, found.install.advertising_id) == ("", None)
    assert (found.install.install_referrer, found.attribution.explanation) == (None, "{}")
    kept = plane.store.read(
        lambda uow: [
            uow.installs.identifier(app.id, install.id, kind)
            for kind in (IdentifierKind.IDFA, IdentifierKind.CUSTOMER_USER_ID)
        ]
    )
    assert kept == [None, CUSTOMER]


def test_old_events_keep_their_revenue(plane: ControlPlane) -> None:
    """Address and parameters go."""
    app = plane.ios_app()
    install = put_install(plane.store, make_install(app_id=app.id))
    event = make_event(
        install, id=EventId(aged(IdPrefix.EVENT, 91 * DAY)), parameters='{"sku":"x"}'
    )
    put_events(plane.store, event)

    assert keeping_90_days(plane, PersonalData.EVENTS).forget_old() == 1

    assert stored_events(plane, app.id) == [replace(event, parameters=None, client_ip="")]


def test_old_refusals_keep_their_reason(plane: ControlPlane) -> None:
    """What was quoted of them goes."""
    app = plane.ios_app()
    refusal = make_refusal(app_id=app.id, id=aged(IdPrefix.REFUSAL, 91 * DAY))
    plane.store.write(lambda uow: uow.events.refuse([refusal]))

    assert keeping_90_days(plane, PersonalData.REFUSED_EVENTS).forget_old() == 1

    found = plane.store.read(lambda uow: uow.events.refusals(app.id, after=None, limit=9))
    assert found == [replace(refusal, event_id=None, excerpt="")]


def test_what_was_looked_at_is_not_looked_at_again(plane: ControlPlane) -> None:
    """A pass goes on where the last one ended, however many rows there are."""
    app = plane.ios_app()
    amount = 2 * ROWS_AT_ONCE + 1
    clicks = [
        make_click(app_id=app.id, id=ClickId(aged(IdPrefix.CLICK, 100 * DAY, number)))
        for number in range(amount)
    ]
    put_clicks(plane.store, *clicks)
    service = keeping_90_days(plane, PersonalData.CLICKS)

    assert [service.forget_old(), service.forget_old()] == [amount, 0]

    plane.clock.advance(90 * DAY)
    assert service.forget_old() == 0


def test_a_kind_without_a_period_is_kept(plane: ControlPlane) -> None:
    """For ever."""
    app = plane.ios_app()
    put_clicks(plane.store, make_click(app_id=app.id, id=ClickId(aged(IdPrefix.CLICK, 999 * DAY))))

    service = PrivacyService(store=plane.store, clock=plane.clock, retention=Retention())
    assert service.forget_old() == 0


def installs_of(plane: ControlPlane, app_id: AppId) -> Sequence[AttributedInstall]:
    """Every install of an app."""
    return plane.store.read(
        lambda uow: uow.installs.page(app_id, InstallFilter(), after=None, limit=9)
    )


def stored_events(plane: ControlPlane, app_id: AppId) -> list[InAppEvent]:
    """Every event of an app."""
    found = plane.services.events.page(app_id, EventFilter(), after=None, limit=9)
    return [one.event for one in found]


def facts_of(
    plane: ControlPlane, scene: IntakeScene, device: str
) -> tuple[InstallContext, Click | None, list[InAppEvent]]:
    """All that is known of a device."""
    context = plane.store.read(lambda uow: uow.installs.context(scene.app.id, device))
    assert context is not None
    events = [one.event for one in scene.events() if one.event.appsprint_id == device]
    return context, context.click, events
