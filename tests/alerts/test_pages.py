"""The list of alerts, the bell on every page, and the settings (WA-013, OB-004)."""

import pytest

from ops.salon import inside
from tenants.alerts.actions import clear_alert
from tenants.alerts.models import Alert, AlertPreference, Level
from tests.alerts.conftest import tell
from tests.world import Browser, Salons

pytestmark = pytest.mark.django_db


def only(salons: Salons) -> Alert:
    with inside(salons.aurora.pk):
        return Alert.objects.get()


def test_the_list_shows_what_is_open(salons: Salons, alice: Browser) -> None:
    tell(salons)
    page = alice.get_page("/settings/alerts/")
    assert "+55 11 1111-1111" in page
    assert 'href="/settings/numbers/"' in page


def test_what_is_over_is_in_the_past(salons: Salons, alice: Browser) -> None:
    tell(salons)
    clear_alert(salons.aurora.pk, "number:1:stopped")
    assert "1111-1111" not in alice.get_page("/settings/alerts/")
    assert "1111-1111" in alice.get_page("/settings/alerts/", show="past")


def test_it_filters_by_level(salons: Salons, alice: Browser) -> None:
    tell(salons, level=Level.WARNING)
    assert "1111-1111" in alice.get_page("/settings/alerts/", level="warning")
    assert "1111-1111" not in alice.get_page("/settings/alerts/", level="critical")


@pytest.mark.parametrize("query", ["?show=all", "?level=panic", "?show=open&level=%27"])
def test_an_unknown_filter_is_no_page(alice: Browser, query: str) -> None:
    assert alice.get(f"/settings/alerts/{query}").status_code == 404


def test_the_bell_counts_what_nobody_takes_care_of(salons: Salons, alice: Browser) -> None:
    tell(salons)
    tell(salons, key="b")
    assert alice.get_page("/").count('class="bell__count" aria-hidden="true">2<') == 2
    alice.post(f"/settings/alerts/{_first(salons)}/acknowledge/")
    assert alice.get_page("/").count('class="bell__count" aria-hidden="true">1<') == 2


def _first(salons: Salons) -> str:
    with inside(salons.aurora.pk):
        return str(Alert.objects.order_by("pk")[0].public_id)


def test_acknowledging_names_who_takes_care(salons: Salons, bob: Browser, alice: Browser) -> None:
    tell(salons)
    answer = bob.post(f"/settings/alerts/{only(salons).public_id}/acknowledge/", headers={"HX-Request": "true"})
    assert "Bob" in answer.content.decode()
    assert "Bob" in alice.get_page("/settings/alerts/")
    assert only(salons).is_open


def test_a_notice_is_done_with_when_it_was_read(salons: Salons, alice: Browser) -> None:
    tell(salons, is_notice=True, level=Level.INFO)
    answer = alice.post(f"/settings/alerts/{only(salons).public_id}/acknowledge/", headers={"HX-Request": "true"})
    assert answer.content == b""
    assert not only(salons).is_open


def test_who_may_not_see_alerts_has_no_bell_and_no_list(salons: Salons, vera: Browser) -> None:
    tell(salons)
    assert vera.get("/settings/alerts/").status_code == 403
    assert vera.post(f"/settings/alerts/{only(salons).public_id}/acknowledge/").status_code == 403
    page = vera.get_page("/")
    assert "/ws/alerts/" not in page and "alert-bell" not in page
    assert only(salons).acknowledged_at is None


def test_another_salon_finds_nothing(salons: Salons, charlie: Browser) -> None:
    tell(salons)
    assert charlie.post(f"/settings/alerts/{only(salons).public_id}/acknowledge/").status_code == 404
    assert "1111-1111" not in charlie.get_page("/settings/alerts/")
    assert only(salons).acknowledged_at is None


def test_a_member_chooses_which_mails_they_get(salons: Salons, bob: Browser) -> None:
    bob.post("/settings/alerts/ways/mail/", {"mail": "warning"})
    with inside(salons.aurora.pk):
        assert AlertPreference.objects.get(member=bob.member).mail == "warning"
    assert 'value="warning" selected' in bob.get_page("/settings/alerts/ways/")


def test_a_choice_that_is_none_is_refused(salons: Salons, bob: Browser) -> None:
    assert bob.post("/settings/alerts/ways/mail/", {"mail": "loud"}).status_code == 422
    with inside(salons.aurora.pk):
        assert not AlertPreference.objects.exists()


@pytest.mark.parametrize("path", ["webhook/", "webhook/secret/", "webhook/test/", "webhook/remove/"])
def test_the_webhook_is_for_owners_and_managers(bob: Browser, path: str) -> None:
    answer = bob.post(f"/settings/alerts/ways/{path}", {"url": "https://example.com/", "level": "info"})
    assert answer.status_code == 403
    assert "webhook" not in bob.get_page("/settings/alerts/ways/")


def test_markup_in_values_stays_text(salons: Salons, alice: Browser) -> None:
    from tenants.alerts.words import Words

    tell(salons, title=Words("%(name)s", {"name": "<img src=x onerror=alert(1)>"}))
    page = alice.get_page("/settings/alerts/")
    assert "<img src=x" not in page and "&lt;img src=x" in page


@pytest.mark.parametrize("path", ["mail/", "webhook/", "webhook/secret/"])
def test_a_reload_of_an_answered_form_leads_back(alice: Browser, path: str) -> None:
    answer = alice.get(f"/settings/alerts/ways/{path}")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/settings/alerts/ways/")
