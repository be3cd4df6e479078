"""The pages of privacy (CO-001): rules, requests, receipt, record."""

from ops.salon import inside
from ops.timers.models import Timer
from tenants.audit.models import AuditEntry
from tenants.privacy import policy, working
from tenants.privacy.models import PrivacyRequest
from tenants.salons.models import Salon
from tests.tenants.privacy.conftest import CANARY, PHONE, Guests
from tests.world import Browser, Salons

PAGE = "/settings/privacy/"


def given(salons: Salons, **more: str) -> dict[str, str]:
    """The form as it stands."""
    with inside(salons.aurora.pk):
        held = policy.holding()
    found = {f"days_{one.rule.kind}": str(one.days) for one in held}
    return {**found, "how_contacts": "tag", "redaction": "full", "controller": "", "officer": "", **more}


def test_co001_rules_are_set_and_noted(salons: Salons, alice: Browser) -> None:
    answer = alice.post(PAGE, given(salons, days_messages="400", redaction="last4", controller="Aurora Ltda"))
    assert answer.status_code == 303
    with inside(salons.aurora.pk):
        assert policy.days_of("messages") == 400
        assert AuditEntry.objects.get(action="privacy_policy.changed").after == {
            "messages": 400,
            "log_redaction": "last4",
        }
    assert Salon.objects.get(pk=salons.aurora.pk).log_redaction == "last4"
    assert "Aurora Ltda" in alice.get_page(f"{PAGE}record/")


def test_co001_a_rule_shorter_than_the_law_lets_is_refused_with_what_would_do(salons: Salons, alice: Browser) -> None:
    answer = alice.post(PAGE, given(salons, days_audit="30", days_messages="x"))
    assert answer.status_code == 422
    assert "365" in answer.content.decode()
    with inside(salons.aurora.pk):
        assert policy.days_of("audit") == 1825


def test_co001_erasing_on_the_page_shows_what_goes_and_needs_to_be_meant(guests: Guests, alice: Browser) -> None:
    page = f"{PAGE}contacts/{guests.public_id}/erase/"
    assert f"Ana {CANARY}" in alice.get_page(page)
    assert alice.post(page, {"why": "guest"}).status_code == 422
    answer = alice.post(page, {"why": "guest", "sure": "on"})
    again = alice.post(page, {"why": "guest", "sure": "on"})
    assert answer.status_code == 303
    assert again["location"] == answer["location"]  # two clicks are one request
    with inside(guests.salons.aurora.pk):
        row = PrivacyRequest.objects.get(state="waiting")
        assert Timer.objects.filter(kind="privacy.work", subject=str(row.public_id)).exists()
        working.work(row.public_id)
    receipt = alice.get_page(answer["location"])
    assert PHONE not in receipt and CANARY not in receipt
    said = alice.get(f"{answer['location']}receipt.json").json()
    assert {"kind", "count"} <= said["removed"][0].keys()
    assert said["backups_until"] and said["ledger"] == 1
    assert alice.get(page).status_code == 404


def test_co001_the_record_names_every_kind_of_data(salons: Salons, alice: Browser) -> None:
    page = alice.get_page(f"{PAGE}record/")
    assert "<code>text, payload, recipient, wamid, raw</code>" in page


def test_co001_the_register_of_consent_as_csv(guests: Guests, alice: Browser, bob: Browser) -> None:
    answer = alice.get("/settings/privacy/consent.csv")
    text = b"".join(answer).decode()
    assert PHONE in text and CANARY in text
    assert bob.get("/settings/privacy/consent.csv").status_code == 403
