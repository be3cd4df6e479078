"""POST /api/v1/messages/."""

import copy
from datetime import timedelta
from typing import Any

import pytest

from api.v1.message_examples import EXAMPLES
from channels_wa.message_templates.models import MessageTemplate
from channels_wa.messages.models import Identity, Message
from channels_wa.numbers.models import Number
from channels_wa.outbox.models import OutboxItem
from crm.contacts.models import Contact
from crm.inbox.models import Conversation
from ops import clock
from ops.events.models import Event
from ops.salon import inside
from tenants.audit.models import AuditEntry
from tests.api.conftest import Seeded, approve_template
from tests.api.program import Program, fields, problem

TEMPLATE = {"type": "template", "template": {"name": "hello", "language": "pt_BR"}}


def _interactive(action: dict[str, Any], kind: str, text: str = "Quando?", **more: Any) -> dict[str, Any]:
    return {"type": "interactive", "interactive": {"type": kind, "body": {"text": text}, "action": action, **more}}


def _buttons(*titles: str, **more: Any) -> dict[str, Any]:
    buttons = [{"type": "reply", "reply": {"id": f"b{at}", "title": title}} for at, title in enumerate(titles)]
    return _interactive({"buttons": buttons}, "button", **more)


def _list(rows: int, **row: Any) -> dict[str, Any]:
    lines = [{"id": f"r{at}", "title": f"Row {at}", **row} for at in range(rows)]
    return _interactive({"button": "Ver", "sections": [{"rows": lines}]}, "list")


def _row(program: Program, public_id: str) -> Message:
    with inside(program.salon.pk):
        return Message.objects.get(public_id=public_id)


def test_it_takes_a_message(program: Program, seeded: Seeded) -> None:
    answer = program.write("messages/", {"contact": seeded.contact, "type": "text", "text": "Oi, Ana!"})
    assert answer.status_code == 202
    made = answer.json()
    assert made == program.get(answer["Location"]).json()
    assert (made["status"], made["direction"], made["purpose"]) == ("queued", "out", "service")
    assert (made["contact"], made["conversation"], made["number"]) == (
        seeded.contact,
        seeded.conversation,
        seeded.number,
    )
    assert OutboxItem.objects.get(message_id=_row(program, made["id"]).pk, salon_id=program.salon.pk).state == "queued"


def test_the_conversation_shows_it_and_the_act_is_noted(program: Program, seeded: Seeded) -> None:
    made = program.write("messages/", {"contact": seeded.contact, "type": "text", "text": "Oi, Ana!"}).json()
    talk = program.ask(f"conversations/{seeded.conversation}/")
    assert (talk["last_text"], talk["last_direction"]) == ("Oi, Ana!", "out")
    with inside(program.salon.pk):
        assert AuditEntry.objects.get(subject=made["id"]).action == "message.written"
        assert Event.objects.filter(subject=made["id"], kind="message.written").count() == 1


def test_a_refusal_by_a_policy_is_a_message_that_says_why(program: Program, seeded: Seeded) -> None:
    answer = program.write("messages/", {"to": "+5511955554444", "type": "text", "text": "Oi"})
    assert answer.status_code == 202
    assert answer.json()["status"] == "cancelled"
    assert answer.json()["reason"] == "window_closed"
    assert not OutboxItem.objects.filter(salon_id=program.salon.pk, state="queued").exists()


def test_a_template_may_go_to_someone_new(program: Program) -> None:
    made = program.write("messages/", {"to": "+5511955554444", **TEMPLATE}).json()
    assert made["status"] == "queued"
    contact = program.ask(f"contacts/{made['contact']}/")
    assert contact["identities"] == [{"kind": "phone", "value": "+5511955554444"}]
    row = _row(program, made["id"])
    assert {name: row.payload[name] for name in ("name", "language")} == {
        "name": "hello",
        "language": {"code": "pt_BR"},
    }
    assert row.text == "Olá! Sentimos a sua falta."


def test_fr_wa_004_a_template_that_does_not_fit_is_refused_before_meta(program: Program, seeded: Seeded) -> None:
    approve_template(program.salon, "lembrete", {"type": "BODY", "text": "Oi, {{1}}!"})
    for template in ({"name": "lembrete"}, {"name": "unheard_of"}):
        body = {"contact": seeded.contact, "type": "template", "template": {"language": "pt_BR", **template}}
        [field] = fields(program.write("messages/", body))
        assert field.startswith("template.")


def test_to_finds_who_is_known(program: Program, seeded: Seeded) -> None:
    made = program.write("messages/", {"to": "+5511988881234", "type": "text", "text": "Oi"}).json()
    assert made["contact"] == seeded.contact
    with inside(program.salon.pk):
        assert (Contact.objects.count(), Conversation.objects.count()) == (1, 1)


def test_to_finds_who_is_known_in_another_portfolio(program: Program, seeded: Seeded) -> None:
    second = Number.objects.create(
        salon_id=program.salon.pk, phone_number_id="3" * 15, waba_id="3" * 16, portfolio="3" * 16, display_phone="+3"
    )
    with inside(program.salon.pk):
        MessageTemplate.objects.update(waba_id="3" * 16)
    body = {"to": "+5511988881234", "number": str(second.public_id), **TEMPLATE}
    assert program.write("messages/", body).json()["contact"] == seeded.contact
    with inside(program.salon.pk):
        assert Identity.objects.filter(portfolio="3" * 16).count() == 1


@pytest.mark.parametrize(
    ("purpose", "lane", "certainty"),
    [
        ("reply", 0, "at_most_once"),
        ("service", 0, "at_most_once"),
        ("reminder", 1, "at_least_once"),
        ("marketing", 2, "at_most_once"),
    ],
)
def test_the_purpose_decides_lane_and_certainty(
    program: Program, seeded: Seeded, purpose: str, lane: int, certainty: str
) -> None:
    body = {"contact": seeded.contact, "type": "text", "text": "Oi", "purpose": purpose}
    made = _row(program, program.write("messages/", body).json()["id"])
    item = OutboxItem.objects.get(salon_id=program.salon.pk, message_id=made.pk)
    assert (item.lane, item.certainty, item.purpose) == (lane, certainty, purpose)


def test_a_later_moment_waits(program: Program, seeded: Seeded) -> None:
    moment = clock.now() + timedelta(hours=3)
    body = {"contact": seeded.contact, "type": "text", "text": "Oi", "send_at": moment.isoformat()}
    made = _row(program, program.write("messages/", body).json()["id"])
    assert OutboxItem.objects.get(salon_id=program.salon.pk, message_id=made.pk).not_before == moment


def test_buttons_become_the_plain_form(program: Program, seeded: Seeded) -> None:
    made = program.write("messages/", {"contact": seeded.contact, **_buttons("Sim", "Não")}).json()
    assert (made["type"], made["text"]) == ("interactive", "Quando?")
    assert _row(program, made["id"]).payload == {
        "type": "buttons",
        "text": "Quando?",
        "buttons": [{"id": "b0", "title": "Sim"}, {"id": "b1", "title": "Não"}],
    }


def test_a_list_with_titled_sections_keeps_metas_form(program: Program, seeded: Seeded) -> None:
    body = _list(2)
    body["interactive"]["action"]["sections"][0]["title"] = "Cortes"
    made = program.write("messages/", {"contact": seeded.contact, **body}).json()
    assert _row(program, made["id"]).payload == body["interactive"]


@pytest.mark.parametrize(
    "content",
    [
        {"type": "image", "media": {"link": "https://example.com/a.jpg", "caption": "Antes"}},
        {"type": "document", "media": {"link": "https://example.com/a.pdf", "filename": "a.pdf"}},
        {"type": "location", "location": {"latitude": -23.5, "longitude": -46.6, "name": "Salão"}},
        _list(10, description="d" * 72),
        _interactive(
            {"name": "cta_url", "parameters": {"display_text": "Ver", "url": "https://a.example/"}}, "cta_url"
        ),
    ],
    ids=lambda content: content["type"],
)
def test_it_takes_every_type(program: Program, seeded: Seeded, content: dict[str, Any]) -> None:
    answer = program.write("messages/", {"contact": seeded.contact, **content})
    assert answer.status_code == 202, answer.content
    assert answer.json()["type"] == content["type"]


def test_it_quotes_a_message(program: Program, seeded: Seeded) -> None:
    body = {"contact": seeded.contact, "type": "text", "text": "Oi", "reply_to": seeded.inbound}
    assert _row(program, program.write("messages/", body).json()["id"]).reply_to == "wamid.aurora"


@pytest.mark.parametrize("name", EXAMPLES)
def test_fr_wa_003_it_takes_every_example_of_the_docs(program: Program, seeded: Seeded, name: str) -> None:
    if name == "Template":
        approve_template(program.salon, "lembrete", {"type": "BODY", "text": "Oi, {{1}}!"})
    body = copy.deepcopy(EXAMPLES[name])
    body.pop("to", None)
    body["contact"] = seeded.contact
    if "reply_to" in body:
        body["reply_to"] = seeded.inbound
    if "reaction" in body:
        body["reaction"]["message"] = seeded.inbound
    answer = program.write("messages/", body)
    assert answer.status_code == 202, answer.content
    assert answer.json()["status"] == "queued"


def test_a_reaction_names_the_message_as_whatsapp_does_and_is_no_answer(program: Program, seeded: Seeded) -> None:
    """FR-WA-003: who waits for an answer still does."""
    body = {"contact": seeded.contact, "type": "reaction", "reaction": {"message": seeded.inbound, "emoji": "👍🏽"}}
    made = _row(program, program.write("messages/", body).json()["id"])
    assert (made.type, made.text, made.payload) == ("reaction", "👍🏽", {"to": "wamid.aurora", "emoji": "👍🏽"})
    assert program.ask(f"conversations/{seeded.conversation}/")["last_direction"] == "in"


def test_a_guest_without_a_phone_is_written_to_by_their_user_id(program: Program, seeded: Seeded) -> None:
    """WHATSAPP.md §8: BSUID-only recipients."""
    with inside(program.salon.pk):
        Identity.objects.update(kind="bsuid", value="BR.13491208655302741918")
    made = program.write("messages/", {"to": "BR.13491208655302741918", "type": "text", "text": "Oi"}).json()
    row = _row(program, made["id"])
    assert made["contact"] == seeded.contact
    assert (row.recipient_kind, row.recipient) == ("bsuid", "BR.13491208655302741918")


def test_a_user_id_that_nobody_has_is_refused(program: Program) -> None:
    assert fields(program.write("messages/", {"to": "BR.134912086553", "type": "text", "text": "Oi"})) == ["to"]


LONG = "x" * 4097
LINK = "https://a.example/"
ROWS = [{"rows": [{"id": "a", "title": "b"}]}]
# ruff: noqa: E501
BAD: list[tuple[str, dict[str, Any], str]] = [
    ("no type", {"text": "a"}, "type"),
    ("a strange type", {"type": "hologram"}, "type"),
    ("no text", {"type": "text"}, "text"),
    ("a blank text", {"type": "text", "text": " \n"}, "text"),
    ("a long text", {"type": "text", "text": LONG}, "text"),
    ("a text that is none", {"type": "text", "text": {"body": "a"}}, "text"),
    ("NUL", {"type": "text", "text": "a\0b"}, "text"),
    ("a lone surrogate", {"type": "text", "text": "a\ud800b"}, "text"),
    ("an unknown field", {"type": "text", "text": "a", "txet": "b"}, "txet"),
    ("another type's part", {"type": "text", "text": "a", "media": {"link": LINK}}, "media"),
    ("a strange purpose", {"type": "text", "text": "a", "purpose": "spam"}, "purpose"),
    ("a moment without offset", {"type": "text", "text": "a", "send_at": "2026-12-01T10:00:00"}, "send_at"),
    ("a moment that is past", {"type": "text", "text": "a", "send_at": "2020-12-01T10:00:00Z"}, "send_at"),
    ("a number for a moment", {"type": "text", "text": "a", "send_at": 10**18}, "send_at"),
    ("a number that is none", {"type": "text", "text": "a", "number": 1}, "number"),
    ("plain http", {"type": "image", "media": {"link": "http://a.b/c.jpg"}}, "media.link"),
    ("a caption on a sticker", {"type": "sticker", "media": {"link": LINK, "caption": "c"}}, "media.caption"),
    ("a long caption", {"type": "image", "media": {"link": LINK, "caption": "c" * 1025}}, "media.caption"),
    ("a pole too far", {"type": "location", "location": {"latitude": 91, "longitude": 0}}, "location.latitude"),
    ("a template's name", {"type": "template", "template": {"name": "A B", "language": "pt_BR"}}, "template.name"),
    ("four buttons", _buttons("a", "b", "c", "d"), "interactive.action.buttons"),
    ("a long title", _buttons("a", "x" * 21), "interactive.action.buttons.1.reply.title"),
    ("a long body with buttons", _buttons("a", text="x" * 1025), "interactive.body.text"),
    ("eleven rows", _list(11), "interactive.action.sections.0.rows"),
    ("a long row", _list(1, title="x" * 25), "interactive.action.sections.0.rows.0.title"),
    ("a list without button", _interactive({"sections": ROWS}, "list"), "interactive.action.button"),
    ("a link into the salon's own network", {"type": "image", "media": {"link": "https://10.0.0.1/a.jpg"}}, "media.link"),
    ("a file nobody uploaded", {"type": "image", "media": {"id": "019a1f61-55aa-7b02-8f5e-9c1d2e3f4a5b"}}, "media"),
    ("two files", {"type": "image", "media": {"link": LINK, "id": "123"}}, "media"),
    ("no file", {"type": "audio", "media": {}}, "media"),
    ("a spoken picture", {"type": "image", "media": {"link": LINK, "voice": True}}, "media.voice"),
    ("a file for text", {"type": "image", "media": "a.jpg"}, "media"),
    ("an object for cards", {"type": "contacts", "contacts": {}}, "contacts"),
    ("no card", {"type": "contacts", "contacts": []}, "contacts"),
    ("a card with one name", {"type": "contacts", "contacts": [{"name": {"formatted_name": "Bia"}}]}, "contacts.0.name.first_name"),
    ("two buttons alike", _buttons("a", "a"), "interactive.action.buttons"),
    ("a strange kind", {"type": "interactive", "interactive": {"type": "hologram"}}, "interactive.type"),
    ("a form of no id", _interactive({"name": "flow", "parameters": {"flow_cta": "a"}}, "flow"), "interactive.action.parameters.flow_id"),
    ("a long form button", _interactive({"name": "flow", "parameters": {"flow_cta": "x" * 31, "flow_id": "1"}}, "flow"), "interactive.action.parameters.flow_cta"),
    ("a long link button", _interactive({"name": "cta_url", "parameters": {"display_text": "x" * 21, "url": LINK}}, "cta_url"), "interactive.action.parameters.display_text"),
    ("no web address", _interactive({"name": "cta_url", "parameters": {"display_text": "x", "url": "javascript:1"}}, "cta_url"), "interactive.action.parameters.url"),
    ("a footer where none is", _interactive({"name": "send_location"}, "location_request_message", footer={"text": "a"}), "interactive.footer"),
    ("a reaction to nothing", {"type": "reaction", "reaction": {"emoji": "👍"}}, "reaction.message"),
    ("buttons of a list", _interactive(_buttons("a")["interactive"]["action"], "list"), "interactive.action.button"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "field"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_it_refuses_and_names_the_field(program: Program, seeded: Seeded, content: dict[str, Any], field: str) -> None:
    answer = program.write("messages/", {"contact": seeded.contact, **content})
    assert field in fields(answer)
    with inside(program.salon.pk):
        assert Message.objects.count() == 1


@pytest.mark.parametrize("to", ["5511988881234", "+0", "Ana", "+55 11 98888-1234", "", "+" + "9" * 30, 5511988881234])
def test_it_refuses_what_is_no_phone(program: Program, to: Any) -> None:
    assert fields(program.write("messages/", {"to": to, **TEMPLATE})) == ["to"]


def test_it_wants_one_recipient(program: Program, seeded: Seeded) -> None:
    assert fields(program.write("messages/", TEMPLATE)) == ["contact"]
    assert fields(program.write("messages/", {"contact": seeded.contact, "to": "+5511988881234", **TEMPLATE})) == ["to"]


def test_a_contact_nobody_can_reach(program: Program) -> None:
    lonely = program.write("contacts/", {"name": "Bia"}).json()["id"]
    assert fields(program.write("messages/", {"contact": lonely, **TEMPLATE})) == ["contact"]


def test_a_salon_without_a_number(program: Program) -> None:
    Number.objects.filter(salon_id=program.salon.pk).delete()
    assert fields(program.write("messages/", {"to": "+5511988881234", **TEMPLATE})) == ["number"]
    with inside(program.salon.pk):
        assert not Contact.objects.exists()


@pytest.mark.parametrize("field", ["contact", "number", "reply_to"])
def test_a_foreign_id_in_the_body_is_nothing_here(stranger: Program, seeded: Seeded, field: str) -> None:
    ids = {"contact": seeded.contact, "number": seeded.number, "reply_to": seeded.inbound}
    body = {**({} if field == "contact" else {"to": "+5511988881234"}), field: ids[field], **TEMPLATE}
    assert fields(stranger.write("messages/", body), 404) == [field]
    for salon in (stranger.salon,):
        with inside(salon.pk):
            assert not Message.objects.exists()


def test_a_viewer_may_not(program: Program, seeded: Seeded) -> None:
    viewer = Program(program.salon, role="viewer")
    problem(viewer.write("messages/", {"contact": seeded.contact, "type": "text", "text": "Oi"}), 403)
    with inside(program.salon.pk):
        assert Message.objects.count() == 1
