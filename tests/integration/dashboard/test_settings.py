"""Settings: the app, its keys, members, API tokens, one's own account, the audit log."""

from __future__ import annotations

import re

import pytest

from appsprint.domain.app import App, RevokeMode
from appsprint.domain.audit import AuditAction
from appsprint.domain.ids import InstallId
from appsprint.domain.self_check import SelfCheck, SelfCheckOutcome
from appsprint.domain.totp import code_at, step_at
from appsprint.entrypoints.http.dashboard.audit_log import WORDS
from appsprint.services.late_facts import LateFacts
from appsprint.testing.builders import HOUR, make_click, make_install, put_clicks
from tests.integration.dashboard.conftest import Client, SignedIn
from tests.support.browser import PASSWORD, Browser, text_of
from tests.support.control_plane import NOON, ControlPlane


def test_an_apps_settings_are_changed(plane: ControlPlane, owner: Browser, app: App) -> None:
    """What was sent, and nothing else; the audit log tells what it was before."""
    place = f"/apps/{app.id}/settings"

    page = owner.follow(
        owner.post(place, name="Miles", time_zone="Asia/Tokyo", click_lookback_hours="24")
    )

    assert "The settings are saved." in text_of(page)
    changed = plane.services.apps.get(app.id)
    assert (changed.name, changed.time_zone, changed.click_lookback_hours) == (
        "Miles",
        "Asia/Tokyo",
        24,
    )
    assert (changed.store_url, changed.currency) == (app.store_url, app.currency)
    log = text_of(owner.get(f"{place}/audit"))
    assert "App settings changed Miles" in log
    assert "name: Example → Miles" in log


def past_install(plane: ControlPlane, app: App) -> None:
    """One whose click is three hours older."""
    put_clicks(plane.store, make_click(app_id=app.id, occurred_at=NOON - 3 * HOUR))
    install = make_install(app_id=app.id, installed_at=NOON, received_at=NOON)
    intake = plane.services.install_intake
    plane.store.write(lambda uow: intake.register(uow, app, install, LateFacts()))
    plane.clock.advance(HOUR / 2)


def test_rules_are_compared_before_they_are_saved(
    plane: ControlPlane, owner: Browser, app: App
) -> None:
    """The form keeps what was typed, and nothing is changed; then it is applied to the past."""
    past_install(plane, app)
    place = f"/apps/{app.id}/settings"
    form = {"days": "7", "probabilistic_lookback_hours": "2"}

    compared = owner.post(f"{place}/compare", **form)

    said = text_of(compared)
    assert compared.status_code == 200
    assert "1 install of 1 would get another answer" in said
    assert "Organic 0 1 +1" in said
    assert 'value="2"' in compared.text
    assert plane.services.apps.get(app.id).probabilistic_lookback_hours == 24

    page = owner.follow(owner.post(f"{place}/apply", **form))

    assert "The settings are saved, and 1 install got another answer." in text_of(page)
    assert plane.services.apps.get(app.id).probabilistic_lookback_hours == 2
    again = text_of(owner.post(f"{place}/compare", **form))
    assert "Nothing: 1 install would get the same answer." in again


def test_rules_that_cannot_be_compared_are_told(owner: Browser, app: App) -> None:
    """At the field, by either button."""
    for button in ("compare", "apply"):
        answer = owner.post(f"/apps/{app.id}/settings/{button}", min_confidence_percent="5")
        assert answer.status_code == 422
        assert "50 to 99" in text_of(answer)


def test_the_self_check_is_shown_by_week(plane: ControlPlane, owner: Browser, app: App) -> None:
    """Once there is one."""
    place = f"/apps/{app.id}/settings"
    assert "How right matching by address" not in text_of(owner.get(place))
    check = SelfCheck(SelfCheckOutcome.AGREED, 0.875)
    plane.store.write(lambda uow: uow.self_checks.add(app.id, InstallId("ins_1"), check, at=NOON))

    said = text_of(owner.get(place))

    assert "1 100.0 % 100.0 % 87.5 %" in said.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("store_url", "https://example.com"),
        ("time_zone", "Mars/Olympus"),
        ("currency", "euro"),
        ("click_lookback_hours", "721"),
        ("click_lookback_hours", "a week"),
        ("min_confidence_percent", "101"),
        ("min_confidence_percent", "half"),
        ("reattribution_days", "366"),
        ("probabilistic_lookback_hours", "0"),
    ],
)
def test_a_bad_setting_is_told_at_its_field(
    plane: ControlPlane, owner: Browser, app: App, field: str, value: str
) -> None:
    """And nothing is changed."""
    answer = owner.post(f"/apps/{app.id}/settings", **{field: value})

    assert answer.status_code == 422
    assert (
        f'id="f-{field}"'
        in re.findall(r"<(?:input|select) [^>]*aria-invalid[^>]*>", answer.text)[0]
    )
    assert plane.services.apps.get(app.id) == app


def test_addresses_can_be_kept_in_part(plane: ControlPlane, owner: Browser, app: App) -> None:
    """Off until it is asked for; the change is in the audit log."""
    place = f"/apps/{app.id}/settings"
    assert not app.truncate_addresses

    owner.post(place, addresses="truncated")
    owner.post(place, name="Miles")

    assert plane.services.apps.get(app.id).truncate_addresses
    assert "truncate addresses: False → True" in text_of(owner.get(f"{place}/audit"))


def test_a_viewer_finds_nothing_to_press(sign_in: SignedIn, app: App) -> None:
    """On any page of an app: what they may not do is not offered."""
    viewer = sign_in("viewer")
    for path in ("", "/settings", "/settings/keys", "/integrations/tiktok", "/start"):
        page = viewer.get(f"/apps/{app.id}{path}").text
        forms = re.findall(r'<form method="post" action="([^"]+)"', page)

        assert set(forms) <= {"/logout", f"/apps/{app.id}/settings"}
        assert "/settings/members" not in page


def test_keys_rotate_with_overlap(plane: ControlPlane, owner: Browser, app: App) -> None:
    """A new one beside the old, the old revoked quietly, and only then switched off."""
    place = f"/apps/{app.id}/settings/keys"
    made = owner.post(place, environment="live")
    found = re.search(r"as_live_[\w-]{20,}", made.text)
    assert found is not None
    assert found[0] not in owner.get(place).text
    old, new = plane.services.apps.keys(app.id)

    page = owner.follow(owner.post(f"{place}/{old.id}/revoke", mode="discard"))

    assert "is revoked" in text_of(page)
    first, second = plane.services.apps.keys(app.id)
    assert (first.revoke_mode, second.revoked_at) == (RevokeMode.DISCARD, None)
    assert second == new
    owner.post(f"{place}/{old.id}/revoke", mode="reject")
    assert plane.services.apps.keys(app.id)[0].revoke_mode is RevokeMode.REJECT
    assert owner.post(f"{place}/{new.id}/revoke", mode="explode").status_code == 422
    assert owner.post(place, environment="moon").status_code == 422


def test_an_app_is_deleted(plane: ControlPlane, owner: Browser, app: App) -> None:
    """By an owner; then there is none to see."""
    owner.follow(owner.post(f"/apps/{app.id}/settings/delete"))

    assert plane.services.apps.list() == []
    assert owner.get(f"/apps/{app.id}").status_code == 404


def test_a_colleague_is_invited_changed_and_removed(
    plane: ControlPlane, owner: Browser, app: App
) -> None:
    """The link is shown once; each step is in force at once."""
    place = "/settings/members"
    made = owner.post(place, email="Bob@example.com", role="editor", reach="some", app_ids=[app.id])
    link = re.search(r"https://app\.example\.com/invitations/([\w-]+)", made.text)
    assert link is not None
    bob = plane.services.members.accept(link[1], PASSWORD)
    assert (bob.email, bob.role, bob.app_ids) == ("bob@example.com", "editor", (app.id,))
    assert owner.post(place, email="bob@example.com", role="editor").status_code == 409
    assert owner.post(place, email="bob", role="editor").status_code == 422

    owner.post(f"{place}/{bob.id}", role="viewer", reach="all")
    again = owner.post(f"{place}/{bob.id}/invite")

    [changed] = [one for one in plane.services.members.list() if one.id == bob.id]
    assert (changed.role, changed.app_ids) == ("viewer", None)
    assert "/invitations/" in again.text
    owner.follow(owner.post(f"{place}/{bob.id}/remove"))
    assert bob.id not in [one.id for one in plane.services.members.list()]
    assert owner.post(f"{place}/{bob.id}/remove").status_code == 404


def test_the_last_owner_cannot_leave(plane: ControlPlane, owner: Browser) -> None:
    """Told in words, and nothing happens."""
    [me] = plane.services.members.list()

    answer = owner.post(f"/settings/members/{me.id}/remove")

    assert answer.status_code == 409
    assert "last owner" in text_of(answer)


def test_an_api_token_is_made_and_revoked(
    plane: ControlPlane, owner: Browser, client: Client
) -> None:
    """Shown once, and what it does is in the log under its name."""
    made = owner.post("/settings/tokens", name="Warehouse", role="editor")
    found = re.search(r"ast_[\w-]{30,}", made.text)
    assert found is not None
    body = {"name": "By API", "platform": "ios", "store_url": "https://apps.apple.com/app/id1"}
    client.headers["Authorization"] = f"Bearer {found[0]}"
    assert client.post("/api/v1/apps", json=body).status_code == 201

    log = text_of(owner.get("/settings/audit"))
    assert "Warehouse API token App created By API" in log
    [token] = [one for one in plane.services.access.list_tokens() if one.name == "Warehouse"]
    owner.follow(owner.post(f"/settings/tokens/{token.id}/revoke"))
    assert client.get("/api/v1/me").status_code == 401
    assert owner.post("/settings/tokens", name="", role="king").text.count("aria-invalid") == 2


def test_one_changes_ones_own_password(plane: ControlPlane, owner: Browser) -> None:
    """With the present one; this browser stays signed in."""
    bad = owner.post("/account/password", present_password="wrong", password="another fine one")
    assert bad.status_code == 422

    page = owner.follow(
        owner.post("/account/password", present_password=PASSWORD, password="another fine one")
    )

    assert "The password is changed." in text_of(page)


def test_a_second_factor_is_set_up_and_turned_off(plane: ControlPlane, owner: Browser) -> None:
    """The QR code's key makes the codes; nothing is stored before one of them is right."""
    page = owner.post("/account/second-factor")
    [sealed] = re.findall(r'name="sealed" value="([^"]+)"', page.text)
    secret = bytes.fromhex(plane.secrets.open(sealed))
    assert "<svg" in page.text
    assert owner.post("/account/second-factor/on", sealed=sealed, code="1").status_code == 422
    code = code_at(secret, step_at(plane.clock.now()))
    owner.post("/account/second-factor/on", sealed=sealed, code=code)
    assert plane.services.members.list()[0].sealed_totp is not None
    assert owner.post("/account/second-factor/off", factor_password="wrong").status_code == 422

    page = owner.follow(owner.post("/account/second-factor/off", factor_password=PASSWORD))

    assert "The second factor is off." in text_of(page)
    assert plane.services.members.list()[0].sealed_totp is None


def test_a_torn_secret_begins_again(owner: Browser) -> None:
    """What comes back from the form is not trusted."""
    page = owner.follow(owner.post("/account/second-factor/on", sealed="xyz", code="1"))

    assert "Begin again." in text_of(page)


def test_every_action_has_its_words() -> None:
    """A new kind of change needs a line in the log's vocabulary."""
    assert set(WORDS) == set(AuditAction)


def test_the_log_goes_on_page_by_page(plane: ControlPlane, owner: Browser, app: App) -> None:
    """Fifty entries each, newest first; nonsense in the address begins at the newest."""
    for _ in range(60):
        plane.services.apps.add_key(app.id)

    first = owner.get(f"/apps/{app.id}/settings/audit")
    [older] = re.findall(r'href="(\?before=\d+)"', first.text)
    second = owner.get(f"/apps/{app.id}/settings/audit{older}")

    assert first.text.count("API key made") == 50
    assert second.text.count("API key made") == 10
    assert "Older entries" not in second.text
    assert owner.get(f"/apps/{app.id}/settings/audit?before=x").text.count("API key made") == 50


def test_an_owner_sets_the_retention(plane: ControlPlane, owner: Browser, app: App) -> None:
    """Days per kind, an empty field follows the server; a bad one is told at its field."""
    place = f"/apps/{app.id}/settings/retention"

    page = owner.follow(owner.post(place, clicks_days="31", installs_days="", events_days="0"))
    refused = owner.post(place, clicks_days="30")

    assert "The retention is saved." in text_of(page)
    own = [row.own_days for row in plane.services.retention.rows(app.id)]
    assert own == [31, None, 0, None]
    assert refused.status_code == 422
    assert re.search(r'id="f-clicks_days"[^>]*aria-invalid="true"', refused.text)
    assert "Retention changed" in text_of(owner.get(f"/apps/{app.id}/settings/audit"))


def test_others_see_the_retention(sign_in: SignedIn, owner: Browser, app: App) -> None:
    """What is in force, and no form."""
    place = f"/apps/{app.id}/settings"
    owner.post(f"{place}/retention", clicks_days="31")

    page = sign_in("editor").get(place)

    assert "Clicks 31 days Installs 400 days" in text_of(page)
    assert "settings/retention" not in page.text
    assert sign_in("editor").post(f"{place}/retention", clicks_days="60").status_code == 403
