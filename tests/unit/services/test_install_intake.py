"""Registering installs, and what becomes known of them later."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from appsprint.config import Settings
from appsprint.domain.app import Environment, Platform
from appsprint.domain.delivery import DeliveryStatus
from appsprint.domain.install import Dialect, IdentifierKind, Install
from appsprint.errors import InstallNotFound, NotFound
from appsprint.ports.installs import AttributedInstall, InstallFilter
from appsprint.ports.store import UnitOfWork
from appsprint.services.installs import RegisteredInstall
from appsprint.services.links import LinkChanges
from appsprint.services.mapping import WantedRow
from appsprint.testing.builders import HOUR
from tests.support.builders import IDFA
from tests.support.control_plane import NOON, ControlPlane, build_control_plane
from tests.support.intake import IntakeScene, make_read_event

OTHER_IDFA = "e2b3a7a0-0000-4000-8000-000000000002"


@pytest.fixture
def scene(plane: ControlPlane) -> IntakeScene:
    """One connected app."""
    return IntakeScene(plane)


def answer(scene: IntakeScene, install: Install) -> RegisteredInstall:
    """What the SDK is told now."""
    return scene.store.read(
        lambda uow: scene.services.install_intake.answer(uow, scene.app.id, install.appsprint_id)
    )


def note_idfa(scene: IntakeScene, install: Install, value: str = IDFA) -> bool:
    """Tell the advertising id of an install."""
    intake = scene.services.install_intake
    return scene.store.write(
        lambda uow: intake.note_idfa(uow, scene.app, install.appsprint_id, value)
    )


def identifier(scene: IntakeScene, install: Install, kind: IdentifierKind) -> str | None:
    """The latest value of a kind."""
    return scene.store.read(lambda uow: uow.installs.identifier(scene.app.id, install.id, kind))


def decided(scene: IntakeScene, install: Install) -> AttributedInstall:
    """The install with its decision in force."""
    return scene.services.installs.get(scene.app.id, install.id)[0]


def versions(scene: IntakeScene, install: Install) -> list[tuple[int, str]]:
    """Every version of the decision with its match type, oldest first."""
    _, decisions = scene.services.installs.get(scene.app.id, install.id)
    return [(one.version, one.match_type) for one in reversed(decisions)]


# Registering


def test_an_install_is_stored_with_its_decision(scene: IntakeScene) -> None:
    """The click that earned it, what its link told, and the explanation."""
    click = scene.click(
        page_url="https://go.example/c/x?ttclid=E.C.P&utm_id=c1&utm_campaign=Spring"
        "&utm_source=tiktok&utm_content=ad"
    )
    install = scene.new_install()

    registered = scene.register(install)

    attribution = registered.found.attribution
    assert registered.found == decided(scene, install)
    assert (attribution.version, attribution.match_type) == (1, "ip_user_agent")
    assert (attribution.click_id, attribution.link_id) == (click.id, scene.link.id)
    assert attribution.network_click_id == "E.C.P"
    assert attribution.decided_at == NOON
    assert registered.link_name == "Spring link"
    explanation = json.loads(attribution.explanation)
    assert [one["verdict"] for one in explanation["candidates"]] == ["won"]
    assert explanation["candidates"][0]["age_seconds"] == 3600


def test_an_organic_install_is_told_why(scene: IntakeScene) -> None:
    """No link, no parameters, a reason."""
    registered = scene.register(scene.new_install())

    attribution = registered.found.attribution
    assert (attribution.is_attributed, attribution.reason) == (False, "no_candidate")
    assert (registered.link_name, registered.utm) == (None, {})
    assert json.loads(attribution.explanation)["candidates"] == []


@pytest.mark.parametrize("named_by", ["install_referrer", "given_click_id"])
def test_an_install_is_dated_no_earlier_than_the_click_that_it_names(
    scene: IntakeScene, named_by: str
) -> None:
    """Reports count it on the day of its campaign's costs, however far the phone's clock lags."""
    click = scene.click()
    name = f"click_id={click.id}" if named_by == "install_referrer" else click.id
    install = scene.new_install(
        platform=Platform.ANDROID, installed_at=NOON - 40 * 24 * HOUR, **{named_by: name}
    )

    found = scene.register(install).found

    assert found.attribution.click_id == click.id
    assert found.install.installed_at == click.occurred_at


def test_a_click_made_for_an_installation_under_way_dates_nothing(scene: IntakeScene) -> None:
    """Play's times unmask it, and it says nothing of the phone's clock."""
    click = scene.click(occurred_at=NOON - HOUR)
    body = {
        "referrerClickTimestamp": "2026-03-10T11:00:00Z",
        "referrerInstallBeginTimestamp": "2026-03-10T10:00:00Z",
    }
    opened_at = NOON - 2 * HOUR
    install = scene.new_install(
        platform=Platform.ANDROID,
        installed_at=opened_at,
        install_referrer=f"click_id={click.id}",
        body=json.dumps(body),
    )

    assert scene.register(install).found.install.installed_at == opened_at


def test_a_repeat_gets_the_first_ones_answer(scene: IntakeScene) -> None:
    """It is neither stored nor decided again, whatever it says and whatever was clicked since."""
    install = scene.new_install()
    first = scene.register(install)
    scene.click()

    again = scene.register(
        scene.new_install(appsprint_id=install.appsprint_id, dialect=Dialect.POSTBACK)
    )

    assert again == first
    installs = scene.services.installs.page(scene.app.id, InstallFilter(), after=None, limit=9)
    assert len(installs) == 1
    assert versions(scene, install) == [(1, "organic")]


def test_one_click_earns_one_install(scene: IntakeScene) -> None:
    """The second device of a home is organic, and the reason names the click."""
    scene.click()
    first, second = scene.register(scene.new_install()), scene.register(scene.new_install())

    assert first.found.attribution.is_attributed
    assert not second.found.attribution.is_attributed
    [candidate] = json.loads(second.found.attribution.explanation)["candidates"]
    assert candidate["verdict"] == "already_credited"


def test_a_links_own_window_is_obeyed_and_told(scene: IntakeScene) -> None:
    """A click that only its link's window reaches is found, and the explanation says whose."""
    changes = LinkChanges(click_lookback_hours=240)
    scene.services.links.update(scene.app.id, scene.link.id, changes)
    click = scene.click(advertising_id=IDFA, occurred_at=NOON - 200 * HOUR)

    attribution = scene.register(scene.new_install(advertising_id=IDFA)).found.attribution

    assert attribution.click_id == click.id
    [candidate] = json.loads(attribution.explanation)["candidates"]
    assert (candidate["window_hours"], candidate["window_set_by"]) == (240, "link")


def test_the_campaigns_name_comes_from_the_click_or_else_the_link(scene: IntakeScene) -> None:
    """A name that a person gave to the link stands in."""
    scene.services.links.update(scene.app.id, scene.link.id, LinkChanges(campaign_name="Mine"))
    named = scene.click(
        client_ip="203.0.113.1",
        page_url="https://go.example/c/x?utm_campaign=Theirs&utm_id=c1",
    )
    unnamed = scene.click(client_ip="203.0.113.2", page_url="https://go.example/c/x")

    names = [
        scene.register(
            scene.new_install(client_ip=click.client_ip, address_key=click.address_key)
        ).found.attribution.campaign_name
        for click in (named, unnamed)
    ]
    assert names == ["Theirs", "Mine"]


def test_the_answer_names_the_link_as_it_is_called_now(scene: IntakeScene) -> None:
    """With the link's own parameters as the click brought them."""
    scene.click(page_url="https://go.example/c/x?utm_medium=paid&utm_term=a+b")
    install = scene.new_install()
    scene.register(install)
    scene.services.links.update(scene.app.id, scene.link.id, LinkChanges(name="New name"))

    told = answer(scene, install)
    assert told.link_name == "New name"
    assert told.utm == {"utm_medium": "paid", "utm_term": "a b"}


def test_an_unknown_install_is_not_found(scene: IntakeScene) -> None:
    """By every call that needs one: the SDK registers again."""
    stranger = scene.new_install()
    intake = scene.services.install_intake
    device = stranger.appsprint_id

    with pytest.raises(InstallNotFound):
        answer(scene, stranger)
    with pytest.raises(InstallNotFound):
        note_idfa(scene, stranger)
    with pytest.raises(InstallNotFound):
        scene.store.write(lambda uow: intake.note_customer(uow, scene.app, device, "x"))
    with pytest.raises(InstallNotFound):
        scene.store.write(lambda uow: intake.note_adservices_token(uow, scene.app, device, "x"))
    with pytest.raises(NotFound):
        scene.services.installs.get(scene.app.id, stranger.id)


# The install as an event


def test_the_install_event_is_made_when_it_is_mapped(scene: IntakeScene) -> None:
    """There is none on the wire; it happened when the install did, and is sent like any other."""
    scene.map({"install": "Download"})
    scene.click()
    install = scene.new_install(installed_at=NOON - HOUR / 2)
    scene.register(install)
    scene.register(install)

    [found] = scene.events()
    assert (found.event.event_type, found.event.event_id) == ("install", install.id)
    assert found.event.occurred_at == NOON - HOUR / 2
    [delivery] = scene.deliveries()
    assert (delivery.network_event, delivery.status) == ("Download", DeliveryStatus.PENDING)
    assert scene.ledger().is_balanced


@pytest.mark.parametrize(
    ("environment", "has_click", "reason"),
    [(Environment.LIVE, False, "not_attributed"), (Environment.TEST, True, "test_event")],
)
def test_an_install_event_that_is_not_eligible(
    scene: IntakeScene, environment: Environment, has_click: bool, reason: str
) -> None:
    """It is stored with its reason, and not sent."""
    scene.map({"install": "Download"})
    if has_click:
        scene.click()
    scene.register(scene.new_install(environment=environment))

    [found] = scene.events()
    assert found.event.skip_reason == reason
    assert scene.deliveries() == []


@pytest.mark.parametrize("is_connected", [True, False])
def test_without_a_mapping_there_is_no_install_event(
    plane: ControlPlane, is_connected: bool
) -> None:
    """By default it is not sent."""
    scene = IntakeScene(plane, is_connected=is_connected)
    scene.click()
    scene.register(scene.new_install())

    assert scene.events() == []


# What becomes known later


def test_what_the_body_tells_is_kept(scene: IntakeScene) -> None:
    """With the first registration and with every repeat; the latest counts."""
    install = scene.new_install()
    scene.register(install, idfa=IDFA.upper(), adservices_token="token-1")
    assert identifier(scene, install, IdentifierKind.IDFA) == IDFA
    assert identifier(scene, install, IdentifierKind.ADSERVICES_TOKEN) == "token-1"

    scene.register(install, adservices_token="token-2", customer_user_id="customer-1")
    assert identifier(scene, install, IdentifierKind.ADSERVICES_TOKEN) == "token-2"
    assert identifier(scene, install, IdentifierKind.CUSTOMER_USER_ID) == "customer-1"
    assert identifier(scene, install, IdentifierKind.IDFA) == IDFA


def test_a_customer_and_an_apple_token_are_kept(scene: IntakeScene) -> None:
    """Each by its own call; the latest counts."""
    install = scene.new_install()
    scene.register(install)
    intake, device = scene.services.install_intake, install.appsprint_id

    def work(uow: UnitOfWork) -> None:
        for value in ("a", "b"):
            intake.note_customer(uow, scene.app, device, value)
            intake.note_adservices_token(uow, scene.app, device, f"token-{value}")

    scene.store.write(work)
    assert identifier(scene, install, IdentifierKind.CUSTOMER_USER_ID) == "b"
    assert identifier(scene, install, IdentifierKind.ADSERVICES_TOKEN) == "token-b"


def test_an_idfa_can_earn_credit_late(scene: IntakeScene) -> None:
    """The organic decision stays as the first version; what waited for credit goes out."""
    scene.click(client_ip="203.0.113.99", advertising_id=IDFA)
    install = scene.new_install()
    scene.register(install)
    device = install.appsprint_id
    scene.record(
        [
            make_read_event(device, 0),
            make_read_event(device, 1, event_type="login"),
            make_read_event(device, 2, event_type="search"),
        ]
    )
    assert scene.deliveries() == []

    assert note_idfa(scene, install)

    assert versions(scene, install) == [(1, "organic"), (2, "idfa")]
    assert [one.sdk_event for one in scene.deliveries()] == ["purchase", "search"]
    assert [one.event.skip_reason for one in scene.events()] == [None, "not_mapped", None]
    assert scene.ledger().is_balanced


def test_late_credit_sends_nothing_whose_row_was_switched_off(scene: IntakeScene) -> None:
    """The mapping of the moment counts, and the event says so."""
    scene.click(client_ip="203.0.113.99", advertising_id=IDFA)
    install = scene.new_install()
    scene.register(install)
    scene.record([make_read_event(install.appsprint_id, 0)])
    scene.services.mapping.set_rows(scene.app.id, [WantedRow("purchase", None)])

    assert note_idfa(scene, install)

    assert scene.deliveries() == []
    assert [one.event.skip_reason for one in scene.events()] == ["not_mapped"]
    assert scene.ledger().is_balanced


def test_an_idfa_in_a_repeated_registration_counts_too(scene: IntakeScene) -> None:
    """Consent given between two starts."""
    scene.click(client_ip="203.0.113.99", advertising_id=IDFA)
    install = scene.new_install()
    scene.register(install)
    scene.register(install, idfa=IDFA)

    assert versions(scene, install) == [(1, "organic"), (2, "idfa")]


def test_an_idfa_that_matches_nothing_leaves_the_install_organic(scene: IntakeScene) -> None:
    """The second decision is kept as well; asked again, nothing new is known."""
    install = scene.new_install()
    scene.register(install)
    for _ in range(2):
        assert note_idfa(scene, install)

    assert versions(scene, install) == [(1, "organic"), (2, "organic")]


def test_a_later_click_of_a_device_takes_no_credit_away(scene: IntakeScene) -> None:
    """An id that names no click leaves the credit where it is."""
    scene.click()
    install = scene.new_install()
    scene.register(install)
    note_idfa(scene, install)

    assert versions(scene, install) == [(1, "ip_user_agent")]
    assert identifier(scene, install, IdentifierKind.IDFA) == IDFA


@pytest.mark.parametrize("value", ["00000000-0000-0000-0000-000000000000", "no id", ""])
def test_what_is_no_advertising_id_is_not_kept(scene: IntakeScene, value: str) -> None:
    """The all-zero one belongs to everybody."""
    install = scene.new_install()
    scene.register(install, idfa=value)

    assert identifier(scene, install, IdentifierKind.IDFA) is None


# One IDFA, two installs


def test_an_idfa_of_another_install_is_refused_once(scene: IntakeScene) -> None:
    """The SDK registers again and insists at once; then it is the same device, newly installed."""
    old, new = scene.new_install(), scene.new_install()
    for install in (old, new):
        scene.register(install)
    note_idfa(scene, old)

    assert not note_idfa(scene, new)
    assert identifier(scene, new, IdentifierKind.IDFA) is None
    scene.register(new)
    assert note_idfa(scene, new)
    assert note_idfa(scene, new)

    owner = scene.store.read(
        lambda uow: uow.installs.owner_of_identifier(scene.app.id, IdentifierKind.IDFA, IDFA)
    )
    assert owner == new.id


def test_insisting_counts_for_the_id_that_was_refused(scene: IntakeScene) -> None:
    """Another id of another install is refused by itself."""
    old, older, new = (scene.new_install() for _ in range(3))
    for install in (old, older, new):
        scene.register(install)
    note_idfa(scene, old)
    note_idfa(scene, older, OTHER_IDFA)

    assert not note_idfa(scene, new, IDFA)
    assert not note_idfa(scene, new, OTHER_IDFA)
    assert not note_idfa(scene, new, IDFA)
    assert note_idfa(scene, new, IDFA)


def test_an_installs_own_idfa_is_never_contested(scene: IntakeScene) -> None:
    """Neither the present owner's nor one that another install took over meanwhile."""
    first, second = scene.new_install(), scene.new_install()
    for install in (first, second):
        scene.register(install)
    assert note_idfa(scene, first)
    assert note_idfa(scene, first)
    note_idfa(scene, second)
    assert note_idfa(scene, second)

    assert note_idfa(scene, first)


def test_a_changed_list_of_networks_counts_for_the_next_install(tmp_path: Path) -> None:
    """Without a restart; what was decided by the old list stays."""
    relays = tmp_path / "relays.csv"
    relays.write_text("192.0.2.0/24\n")
    plane = build_control_plane(tmp_path, settings=Settings(shared_networks_path=relays))
    scene = IntakeScene(plane)
    first, second = scene.new_install(), scene.new_install()

    scene.click()
    assert scene.register(first).found.attribution.match_type == "ip_user_agent"
    relays.write_text(f"{first.client_ip}\n")
    for _ in range(2):
        plane.services.network_lists.refresh()
    scene.click()

    assert scene.register(second).found.attribution.reason == "shared_network"
    assert decided(scene, first).attribution.match_type == "ip_user_agent"
    plane.store.close()
