"""The pages of a number: how it is, its profile, PIN, default and flow; who may do what (WA-011)."""

from typing import Any

import pytest

from channels_wa.numbers.actions import pin_of, seal_token
from channels_wa.numbers.models import Number
from crm.contacts.actions import NewContact, create
from crm.inbox.sending import Content, send_message
from flows.models import Flow, FlowVersion
from ops.salon import inside
from tenants.audit.models import AuditEntry
from tests.numbers.meta import TOKEN, Meta
from tests.world import Browser, Salons

HTMX = {"HX-Request": "true"}
PROFILE = {"about": "Cortes", "description": "", "address": "Rua A, 1", "email": "", "vertical": "BEAUTY"}


@pytest.fixture
def working(number: Number, meta: Meta) -> Number:
    """Aurora's number with a token, known to Meta."""
    meta.add(number.phone_number_id, number.waba_id, status="CONNECTED", platform_type="CLOUD_API")
    seal_token(number, TOKEN)
    number.save()
    return number


def page_of(number: Number, part: str = "") -> str:
    return f"/settings/numbers/{number.public_id}/{part}"


def acts(number: Number) -> list[str]:
    with inside(number.salon_id):
        return list(AuditEntry.objects.filter(subject=str(number.public_id)).values_list("action", flat=True))


def test_the_list_shows_how_each_number_is(alice: Browser, working: Number) -> None:
    Number.objects.filter(pk=working.pk).update(quality="RED", messaging_limit=10_000, messaging_limit_known=True)
    page = alice.get_page("/settings/numbers/")
    assert working.display_phone in page and "bg-red-lt" in page and "10.000" in page


def test_an_empty_list_says_how_to_begin(charlie: Browser, salons: Salons) -> None:
    Number.objects.filter(salon_id=salons.other.pk).delete()
    assert 'href="/settings/numbers/connect/"' in charlie.get_page("/settings/numbers/")


def test_settings_lead_to_the_numbers(alice: Browser) -> None:
    assert 'href="/settings/numbers/"' in alice.get_page("/settings/")


def test_asking_whatsapp_shows_what_it_says_now(alice: Browser, working: Number, meta: Meta) -> None:
    meta.numbers[working.phone_number_id]["quality_rating"] = "YELLOW"
    assert "bg-yellow-lt" in alice.post(page_of(working, "check/"), headers=HTMX).content.decode()


def test_the_profile_is_read_from_meta_and_saved_there(alice: Browser, working: Number, meta: Meta) -> None:
    assert "Cabelo e unhas" in alice.get_page(page_of(working, "profile/"))
    answer = alice.post(page_of(working, "profile/"), PROFILE | {"website": "aurora.example"}, headers=HTMX)
    assert answer.status_code == 200
    assert meta.profile["websites"] == ["https://aurora.example"] and meta.profile["about"] == "Cortes"
    assert "number.profile_changed" in acts(working)


@pytest.mark.parametrize(("field", "value"), [("about", ""), ("email", "x"), ("website", "javascript:1")])
def test_an_odd_profile_never_reaches_meta(alice: Browser, working: Number, meta: Meta, field: str, value: str) -> None:
    answer = alice.post(page_of(working, "profile/"), PROFILE | {field: value}, headers=HTMX)
    assert answer.status_code == 422 and f"id_{field}_errors" in answer.content.decode()
    assert not meta.calls("POST", "/whatsapp_business_profile")


def test_a_profile_meta_does_not_give_can_be_asked_for_again(alice: Browser, working: Number, meta: Meta) -> None:
    meta.refuse("/whatsapp_business_profile", 2)
    assert "hx-get" in alice.get_page(page_of(working, "profile/"))


def test_the_pin_is_set_and_kept_sealed(alice: Browser, working: Number, meta: Meta) -> None:
    answer = alice.post(page_of(working, "pin/"), {"pin": "112233"}, headers=HTMX)
    working.refresh_from_db()
    assert meta.pins[working.phone_number_id] == "112233" == pin_of(working)
    assert "112233" not in answer.content.decode() and "number.pin_set" in acts(working)


@pytest.mark.parametrize("pin", ["", "12345", "1234567", "١٢٣٤٥٦", "abcdef"])
def test_an_odd_pin_never_reaches_meta(alice: Browser, working: Number, meta: Meta, pin: str) -> None:
    assert alice.post(page_of(working, "pin/"), {"pin": pin}, headers=HTMX).status_code == 422
    assert not meta.pins


def test_one_number_is_the_default(alice: Browser, working: Number) -> None:
    second = Number.objects.create(salon_id=working.salon_id, phone_number_id="5", waba_id="5", is_default=True)
    alice.post(page_of(working, "default/"), headers=HTMX)
    defaults = Number.objects.filter(salon_id=working.salon_id, is_default=True)
    assert list(defaults) == [working] and second.pk != working.pk


def test_the_default_flow_is_chosen(alice: Browser, working: Number) -> None:
    with inside(working.salon_id):
        flow = Flow.objects.create(name="Fora de hora")
        flow.published = FlowVersion.objects.create(flow=flow, number=1, graph={})
        flow.save()
    address = f"/flows/numbers/{working.public_id}/"
    assert "Fora de hora" in alice.get_page(address)
    alice.post(address, {"flow": str(flow.public_id)}, headers=HTMX)
    assert Number.objects.get(pk=working.pk).default_flow == flow.public_id
    assert alice.post(address, {"flow": "nonsense"}, headers=HTMX).status_code == 422
    alice.post(address, {"flow": ""}, headers=HTMX)
    assert Number.objects.get(pk=working.pk).default_flow is None


def test_what_people_write_is_signed(alice: Browser, working: Number) -> None:
    alice.post(page_of(working, "signature/"), {"signature": "Salão Aurora, (11) 4000-1000 "}, headers=HTMX)
    assert Number.objects.get(pk=working.pk).signature == "Salão Aurora, (11) 4000-1000"
    with inside(working.salon_id):
        contact = create(NewContact(name="Ana", identities=[("phone", "+5511988881234")]), by=None)
        said = send_message(contact=contact, content=Content("text", "Oi!"), purpose="reply", by=alice.member)
    assert said.text == "Oi!\n\nSalão Aurora, (11) 4000-1000"


def test_a_signature_leaves_room_for_words(alice: Browser, working: Number) -> None:
    answer = alice.post(page_of(working, "signature/"), {"signature": "x" * 201}, headers=HTMX)
    assert answer.status_code == 422 and "id_signature_errors" in answer.content.decode()


def test_disconnecting_wants_to_be_meant(alice: Browser, working: Number) -> None:
    assert alice.post(page_of(working, "disconnect/")).status_code == 422
    assert Number.objects.get(pk=working.pk).is_connected


def test_a_disconnected_number_keeps_its_history_and_frees_its_route(
    alice: Browser, working: Number, meta: Meta
) -> None:
    pnid = working.phone_number_id
    alice.post(page_of(working, "disconnect/"), {"sure": "yes", "deregister": "yes"})
    gone = Number.objects.get(pk=working.pk)
    assert (gone.state, gone.former_phone_number_id, bytes(gone.sealed_token)) == ("disconnected", pnid, b"")
    assert not Number.objects.filter(phone_number_id=pnid).exists()
    assert meta.calls("POST", "/deregister") and "number.disconnected" in acts(gone)
    assert gone.display_phone in alice.get_page(page_of(gone))


def test_another_salons_account_goes_on_being_heard(
    alice: Browser, working: Number, meta: Meta, salons: Salons
) -> None:
    Number.objects.filter(salon_id=salons.other.pk).update(waba_id=working.waba_id)
    alice.post(page_of(working, "disconnect/"), {"sure": "yes"})
    assert not meta.calls("DELETE", "/subscribed_apps")


def test_a_broken_token_does_not_keep_a_number_here(alice: Browser, working: Number, meta: Meta) -> None:
    meta.refuse("/subscribed_apps", 190)
    alice.post(page_of(working, "disconnect/"), {"sure": "yes"})
    assert not Number.objects.get(pk=working.pk).is_connected


PARTS: list[tuple[str, dict[str, Any]]] = [
    ("check/", {}), ("default/", {}), ("signature/", {"signature": "x"}), ("pin/", {"pin": "111111"}),
    ("profile/", PROFILE), ("step/", {}), ("reconnect/", {"token": "x"}), ("disconnect/", {"sure": "yes"}),
]  # fmt: skip


@pytest.mark.parametrize(("part", "data"), PARTS)
def test_who_may_not_changes_nothing(
    bob: Browser, charlie: Browser, working: Number, meta: Meta, part: str, data: dict[str, Any]
) -> None:
    before = Number.objects.values().get(pk=working.pk)
    assert bob.post(page_of(working, part), data).status_code == 403
    assert charlie.post(page_of(working, part), data).status_code == 404
    assert Number.objects.values().get(pk=working.pk) == before and not meta.asked
