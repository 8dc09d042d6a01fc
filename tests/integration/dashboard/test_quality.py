"""Quality rules: tried on past installs, saved, refused beside their field, seen at work."""

from __future__ import annotations

from datetime import timedelta

from appsprint.domain.app import App
from appsprint.domain.quality_rules import Consequence, QualityRule
from appsprint.services.late_facts import LateFacts
from appsprint.testing.quality_store import make_arrival
from tests.integration.dashboard.conftest import SignedIn
from tests.support.browser import Browser, text_of
from tests.support.control_plane import NOON, ControlPlane


def register_emulator(plane: ControlPlane, app: App) -> str:
    """The id of an organic install on an emulator, an hour old."""
    install = make_arrival(
        NOON,
        app_id=app.id,
        installed_at=NOON,
        client_ip="10.0.0.1",
        address_key=None,
        body='{"deviceHardware":"ranchu"}',
    )
    intake = plane.services.install_intake
    plane.store.write(lambda uow: intake.register(uow, app, install, LateFacts()))
    plane.clock.advance(timedelta(hours=1))
    return install.id


def test_a_change_is_tried_first_and_saved_then(
    owner: Browser, app: App, plane: ControlPlane
) -> None:
    """The trial shows what would be found, keeps the form and changes nothing."""
    register_emulator(plane, app)
    place = f"/apps/{app.id}/quality"
    tried = owner.post(f"{place}/trial", **{"emulator-consequence": "no_credit", "days": "3"})

    assert tried.status_code == 200
    assert "1 install from" in text_of(tried)
    assert '<option value="no_credit" selected>' in tried.text
    rules = plane.services.quality.rules(app.id)
    assert rules.setting(QualityRule.EMULATOR).consequence is Consequence.TAG

    form = {"emulator-consequence": "no_credit", "too_fast-seconds": "20"}
    saved = owner.follow(owner.post(place, **form))
    assert "The rules are saved" in saved.text
    rules = plane.services.quality.rules(app.id)
    assert rules.setting(QualityRule.EMULATOR).consequence is Consequence.NO_CREDIT
    assert rules.threshold(QualityRule.TOO_FAST, "seconds") == 20


def test_a_wrong_limit_is_refused_beside_its_field(owner: Browser, app: App) -> None:
    """Out of range, no number, and too many days."""
    place = f"/apps/{app.id}/quality"
    for form in ({"too_fast-seconds": "601"}, {"too_fast-seconds": "ten"}):
        answer = owner.post(place, **form)
        assert answer.status_code == 422
        assert 'aria-describedby="f-too_fast-seconds-about" aria-invalid="true"' in answer.text
    answer = owner.post(f"{place}/trial", days="91")
    assert (answer.status_code, "Must be 1 to 90 days." in answer.text) == (422, True)


def test_viewers_see_the_rules_and_cannot_change_them(sign_in: SignedIn, app: App) -> None:
    """No buttons; the fields are disabled."""
    page = sign_in("viewer").get(f"/apps/{app.id}/quality").text

    assert "Click injection" in page
    assert "Save rules" not in page


def test_a_marked_install_says_so(owner: Browser, app: App, plane: ControlPlane) -> None:
    """In the list, by the filter, on its page, and in the summary."""
    install_id = register_emulator(plane, app)
    base = f"/apps/{app.id}"

    assert install_id in owner.get(f"{base}/installs?tag=emulator").text
    assert install_id not in owner.get(f"{base}/installs?tag=bot").text
    page = text_of(owner.get(f"{base}/installs/{install_id}"))
    assert "The device calls itself “ranchu”. Marked only." in page
    assert "Emulator : 1" in text_of(owner.get(f"{base}/quality"))


def test_a_report_can_leave_marked_installs_out(owner: Browser, app: App) -> None:
    """The choice stays in the address."""
    page = owner.get(f"/apps/{app.id}/reports/campaigns?exclude_tagged=on").text

    assert "exclude_tagged=on" in page
    assert 'name="exclude_tagged" value="on" checked' in page
