"""Template messages: the parameters of each component, and the states in which none goes out (WHATSAPP.md §7)."""

from typing import Any

import pytest

from tests.sandbox.outside import Client, Receiver, error_of, wamid_of
from tests.sandbox.test_sandbox_templates import BODY, BUTTONS, approved, create, told

NAMES = [{"type": "text", "text": "Maria"}, {"type": "text", "text": "15h"}]
IMAGE = {"type": "image", "image": {"link": "https://example.com/a.jpg"}}
HEAD = {"type": "header", "parameters": [IMAGE]}
TEXTS = {"type": "body", "parameters": NAMES}
URL = {"type": "button", "sub_type": "url", "index": "1", "parameters": [{"type": "text", "text": "42"}]}
TAP = {"type": "button", "sub_type": "quick_reply", "index": 0, "parameters": [{"type": "payload", "payload": "sim"}]}


@pytest.fixture
def template(world: Client, receiver: Receiver) -> str:
    """An approved template with a picture, two variables and two buttons."""
    _, session = world.graph("POST", "100/uploads?file_length=3&file_type=image/png")
    handle = world.graph("POST", session["id"], b"abc")[1]["h"]
    header = {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": [handle]}}
    return approved(world, receiver, components=[header, BODY, {"type": "FOOTER", "text": "Aurora"}, BUTTONS])


def send(world: Client, *components: dict[str, Any], name: str = "lembrete", code: str = "pt_BR") -> tuple[int, Any]:
    template = {"name": name, "language": {"code": code}, "components": list(components)}
    return world.send(type="template", template=template)


def test_all_components_go_out(world: Client, receiver: Receiver, template: str) -> None:
    sent = receiver.statuses(wamid_of(send(world, HEAD, TEXTS, TAP, URL)), 2)[0]
    assert sent["pricing"] == {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "utility"}


def test_a_reply_payload_may_be_left_out(world: Client, template: str) -> None:
    wamid_of(send(world, HEAD, TEXTS, URL))


def test_money_and_dates_are_parameters(world: Client, template: str) -> None:
    money = {"type": "currency", "currency": {"fallback_value": "R$ 90", "code": "BRL", "amount_1000": 90_000}}
    date = {"type": "date_time", "date_time": {"fallback_value": "amanhã"}}
    wamid_of(send(world, HEAD, {"type": "body", "parameters": [money, date]}, URL))
    broken = {"type": "body", "parameters": [{"type": "currency", "currency": {"code": "BRL"}}, date]}
    assert error_of(send(world, HEAD, broken, URL))[0] == 132012


WRONG = [
    ("too few", [HEAD, {"type": "body", "parameters": NAMES[:1]}, URL], 132000),
    ("none", [HEAD, URL], 132000),
    ("no picture", [TEXTS, URL], 132012),
    ("a text for a picture", [{"type": "header", "parameters": NAMES[:1]}, TEXTS, URL], 132012),
    ("no link", [{"type": "header", "parameters": [{"type": "image", "image": {}}]}, TEXTS, URL], 131008),
    ("unknown media", [{"type": "header", "parameters": [{"type": "image", "image": {"id": "9"}}]}, TEXTS, URL], 100),
    ("no url parameter", [HEAD, TEXTS], 131008),
    ("wrong button", [HEAD, TEXTS, URL, {**TAP, "index": 7}], 132012),
    ("wrong sub type", [HEAD, TEXTS, {**URL, "sub_type": "quick_reply"}], 132012),
    ("newline", [HEAD, {"type": "body", "parameters": [{"type": "text", "text": "a\nb"}, NAMES[1]]}, URL], 132018),
    (
        "four blanks",
        [HEAD, {"type": "body", "parameters": [{"type": "text", "text": "a    "}, NAMES[1]]}, URL],
        132018,
    ),
    ("long", [HEAD, {"type": "body", "parameters": [{"type": "text", "text": "x" * 1024}, NAMES[1]]}, URL], 132005),
    ("unknown component", [HEAD, TEXTS, URL, {"type": "sparkle"}], 132012),
]


@pytest.mark.parametrize(("components", "code"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_wrong_parameters_are_refused(world: Client, template: str, components: Any, code: int) -> None:
    assert error_of(send(world, *components))[0] == code
    assert world.ledger() == []


def test_name_and_language_must_be_approved(world: Client, template: str) -> None:
    world.control("settings", {"template_review": "hold"})
    create(world, "novo")
    for answer in (send(world, name="nada"), send(world, code="en_US"), send(world, TEXTS, name="novo")):
        assert error_of(answer)[0] == 132001


@pytest.mark.parametrize(("status", "code"), [("PAUSED", 132015), ("DISABLED", 132016), ("REJECTED", 132001)])
def test_a_stopped_template_does_not_go_out(
    world: Client, receiver: Receiver, template: str, status: str, code: int
) -> None:
    world.control("templates", {"waba_id": "222", "name": "lembrete", "status": status})
    assert told(receiver)["event"] == status
    assert error_of(send(world, HEAD, TEXTS, URL))[0] == code


def test_named_parameters(world: Client, receiver: Receiver) -> None:
    text = "Olá {{first_name}}, seu horário está marcado."
    example = {"body_text_named_params": [{"param_name": "first_name", "example": "Maria"}]}
    approved(world, receiver, parameter_format="NAMED", components=[{"type": "BODY", "text": text, "example": example}])
    given = {"type": "text", "text": "Ana", "parameter_name": "first_name"}
    wamid_of(send(world, {"type": "body", "parameters": [given]}))
    wrong = {"type": "body", "parameters": [{**given, "parameter_name": "name"}]}
    assert error_of(send(world, wrong))[0] == 132012
