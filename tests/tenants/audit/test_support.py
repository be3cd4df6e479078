"""TN-006, TN-002: operators enter a salon with a reason, for a while, to look; the owner sees it and can end it."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache
from django.test import Client

from config.env import env
from crm.contacts.models import Contact
from ops import clock
from ops.salon import inside
from tenants.access.tickets import Ticket, places
from tenants.accounts.models import User
from tenants.alerts.models import Alert
from tenants.audit.models import AuditEntry
from tenants.operators.models import OperatorAct, SupportAccess, SupportVisit
from tenants.salons.hosts import salon_host
from tenants.salons.models import Salon
from tests.api.conftest import seed
from tests.tenants.people import Person, registered
from tests.world import Browser, Salons

REASON = "The owner asked why reminders do not leave"
HOST = "aurora." + env.public_host


@pytest.fixture
def olga(salons: Salons, db: None) -> Person:
    """Staff of the platform, logged in on the public host."""
    cache.clear()
    person = Person()
    person.log_in(registered("olga@example.com", name="Olga", is_staff=True).email)
    return person


def enter(person: Person, salon: Salon, **values: Any) -> Any:
    """By the operator's form."""
    given = {"verb": "enter", "reason": REASON, "minutes": 20, **values}
    return person.send(f"/operator/salons/salon/{salon.pk}/act/", **given)


@pytest.fixture
def inside_aurora(olga: Person, salons: Salons) -> Client:
    """Olga's browser on Aurora's host, after she entered."""
    answer = enter(olga, salons.aurora)
    assert answer.status_code == 302, answer.content.decode()
    url, page = olga.follow(answer["Location"])
    assert (urlsplit(url).netloc, page.status_code) == (HOST, 200)
    return olga.at(HOST)


def acts(salon: Salon, **fields: Any) -> list[AuditEntry]:
    with inside(salon.pk):
        return list(AuditEntry.objects.filter(**fields).order_by("pk"))


def test_an_operator_looks_around_below_a_banner(inside_aurora: Client) -> None:
    for path in ("/", "/inbox/", "/contacts/", "/calendar/", "/flows/", "/settings/audit/"):
        answer = inside_aurora.get(path)
        assert answer.status_code == 200, path
        assert "support-banner" in answer.content.decode(), path


def test_entering_is_noted_with_its_reason_and_told(inside_aurora: Client, salons: Salons, alice: Browser) -> None:
    [entry] = acts(salons.aurora, action="support.entered")
    assert (entry.actor_kind, entry.operator, entry.reason) == ("operator", "olga@example.com", REASON)
    assert OperatorAct.objects.get(action="salon.entered").details["reason"] == REASON
    with inside(salons.aurora.pk):
        alert = Alert.objects.get(kind="support")
    assert REASON in str(alert.text_words)
    page = alice.get_page("/settings/audit/")
    assert "olga@example.com" in page
    assert REASON in page


def test_kinds_of_pages_are_noted_once_each(inside_aurora: Client, salons: Salons) -> None:
    """Bounded: one line for each kind of page, and nothing of what stood on it."""
    for _ in range(3):
        inside_aurora.get("/contacts/", {"search": "Ana"})
    seen = [entry.after for entry in acts(salons.aurora, action="support.page_seen")]
    assert seen.count({"page": "contacts/"}) == 1
    assert "Ana" not in repr(seen)


@pytest.mark.parametrize("path", ["/contacts/new/", "/settings/alerts/ways/mail/", "/settings/audit/support/"])
def test_who_looks_changes_nothing(inside_aurora: Client, salons: Salons, path: str) -> None:
    answer = inside_aurora.post(path, {"name": "Eve", "phone": "+5511955554444", "level": "act"})
    assert answer.status_code == 403
    assert not SupportAccess.objects.exists()
    with inside(salons.aurora.pk):
        assert not Contact.objects.filter(name="Eve").exists()


def test_a_program_of_theirs_changes_nothing_either(inside_aurora: Client) -> None:
    answer = inside_aurora.post("/api/v1/contacts/", b"{}", content_type="application/json")
    assert (answer.status_code, answer["Content-Type"]) == (403, "application/problem+json")


def test_exports_and_secrets_stay_closed(inside_aurora: Client) -> None:
    for path in ("/contacts/export/", "/settings/audit/export/", "/flows/secrets/"):
        assert inside_aurora.get(path).status_code == 403, path


def test_phones_are_masked(inside_aurora: Client, salons: Salons) -> None:
    seed(salons.aurora, word="zzourz", phone="+5511988881234")
    page = inside_aurora.get("/contacts/").content.decode()
    assert "zzourz" in page
    assert not re.search(r"98888-?1234", page)


def test_the_owner_lets_support_change_settings(olga: Person, salons: Salons, alice: Browser) -> None:
    alice.post("/settings/audit/support/", {"level": "act"})
    olga.follow(enter(olga, salons.aurora)["Location"])
    client = olga.at(HOST)
    assert client.post("/settings/alerts/ways/mail/", {"mail": "nothing"}).status_code != 403
    assert client.post("/settings/audit/support/", {"level": "off"}).status_code == 403
    assert client.post("/contacts/new/", {"name": "Eve"}).status_code == 403


def test_the_owner_ends_it_at_once(inside_aurora: Client, salons: Salons, alice: Browser, vera: Browser) -> None:
    """I27: the next request, and the next round over open sockets, find nobody."""
    ticket = Ticket(HOST.partition(":")[0], inside_aurora.cookies["__Host-session"].value)
    assert places([ticket])[ticket].role == "support"
    visit = SupportVisit.objects.get()
    assert vera.post(f"/settings/audit/visits/{visit.public_id}/end/").status_code == 403
    alice.post(f"/settings/audit/visits/{visit.public_id}/end/")
    assert places([ticket]) == {}
    answer = inside_aurora.get("/inbox/")
    assert (answer.status_code, urlsplit(answer["Location"]).netloc) == (302, env.public_host)
    [entry] = acts(salons.aurora, action="support.ended")
    assert entry.actor_name == "Alice"


def test_another_salons_owner_ends_nothing(inside_aurora: Client, charlie: Browser) -> None:
    visit = SupportVisit.objects.get()
    assert charlie.post(f"/settings/audit/visits/{visit.public_id}/end/").status_code == 404
    assert inside_aurora.get("/inbox/").status_code == 200


def test_a_visit_ends_by_itself_and_by_leaving(inside_aurora: Client, olga: Person, salons: Salons) -> None:
    assert inside_aurora.post("/support/leave/").status_code == 302
    assert inside_aurora.get("/inbox/").status_code == 302
    olga.follow(enter(olga, salons.aurora)["Location"])
    SupportVisit.objects.update(ends_at=clock.real() - timedelta(seconds=1))
    assert olga.at(HOST).get("/inbox/").status_code == 302
    # The log-in on the public host stays.
    assert olga.open("/operator/").status_code == 200


def test_the_owner_can_keep_everybody_out(olga: Person, inside_aurora: Client, salons: Salons, alice: Browser) -> None:
    alice.post("/settings/audit/support/", {"level": "off"})
    assert inside_aurora.get("/inbox/").status_code == 302
    answer = enter(olga, salons.aurora)
    assert answer.status_code == 200
    assert SupportVisit.objects.count() == 1


@pytest.mark.parametrize("values", [{"reason": ""}, {"reason": "short"}, {"minutes": 61}, {"minutes": 0}])
def test_without_a_reason_or_for_longer_nobody_enters(olga: Person, salons: Salons, values: dict[str, Any]) -> None:
    assert enter(olga, salons.aurora, **values).status_code == 200
    assert not SupportVisit.objects.exists()


def test_nobody_but_operators_enters(salons: Salons, db: None) -> None:
    cache.clear()
    person = Person()
    person.log_in(registered("nina@example.com").email)
    assert enter(person, salons.aurora).status_code in (302, 403)
    assert not SupportVisit.objects.exists()


def test_who_is_an_operator_no_longer_is_out(inside_aurora: Client) -> None:
    User.objects.filter(email="olga@example.com").update(is_staff=False)
    assert inside_aurora.get("/inbox/").status_code == 302


def test_a_visit_opens_no_other_salon(inside_aurora: Client, olga: Person) -> None:
    other = Client(headers={"host": salon_host("other")})
    other.cookies = inside_aurora.cookies
    assert other.get("/inbox/").status_code == 302
    assert "support-banner" not in other.get("/inbox/", follow=True).content.decode()


def test_outside_of_the_demo_operators_need_a_second_factor(olga: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(env, "demo", False)
    answer = olga.open("/operator/salons/salon/")
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/2fa/")


def test_the_operators_page_shows_the_salon_and_closes_it_for_a_reason(olga: Person, salons: Salons) -> None:
    """TN-002: people, keys by their beginning, the chain; closing asks for the address once more."""
    page = olga.open(f"/operator/salons/salon/{salons.aurora.pk}/change/").content.decode()
    assert "alice@example.com" in page
    answer = enter(olga, salons.aurora, verb="close", confirm="wrong")
    assert answer.status_code == 200
    answer = enter(olga, salons.aurora, verb="suspend")
    assert answer.status_code == 302
    assert Salon.objects.get(pk=salons.aurora.pk).state == "suspended"
    [entry] = acts(salons.aurora, action="salon.suspended")
    assert (entry.actor_kind, entry.operator, entry.reason) == ("operator", "olga@example.com", REASON)
    answer = olga.send(f"/operator/salons/salon/{salons.aurora.pk}/check/")
    assert answer.status_code == 302
