"""A template as a message is checked before Meta sees it (FR-WA-004), each problem with its field."""

from typing import Any

import pytest
from django.utils import translation

from channels_wa.media.models import Media
from channels_wa.message_templates import sending
from channels_wa.message_templates.models import MessageTemplate
from channels_wa.numbers.models import Number
from ops.salon import inside
from tests.message_templates.conftest import BODY, BUTTONS, IMAGE, Make


def message(*components: dict[str, Any], name: str = "lembrete", language: str = "pt_BR") -> dict[str, Any]:
    return {"name": name, "language": {"code": language}, "components": list(components)}


def body(*values: str) -> dict[str, Any]:
    return {"type": "body", "parameters": [{"type": "text", "text": value} for value in values]}


def problems(number: Number, payload: dict[str, Any]) -> list[tuple[str, str]]:
    with inside(number.salon_id), translation.override("en"):
        return [(one.field, one.text) for one in sending.problems_of(number.pk, payload)]


def test_a_message_that_fits_has_no_problem(number: Number, make: Make) -> None:
    make()
    assert problems(number, message(body("Ana", "15h"))) == []


def test_the_words_are_what_the_guest_reads(number: Number, make: Make) -> None:
    make()
    with inside(number.salon_id):
        assert sending.words_of(number.pk, message(body("Ana", "15h"))) == "Oi Ana, o seu horário é 15h. Até lá!"


@pytest.mark.parametrize(
    ("payload", "field", "says"),
    [
        (message(body("Ana")), "template.components.0.parameters", "needs 2 values"),
        (message(), "template.components", "needs 2 values"),
        (message(body("Ana", "15h\nou 16h")), "template.components.0.parameters.1.text", "line break"),
        (message(body("Ana\t", "15h")), "template.components.0.parameters.0.text", "tab"),
        (message(body("Ana     B", "15h")), "template.components.0.parameters.0.text", "blanks"),
        (message(body(" ", "15h")), "template.components.0.parameters.0.text", "empty"),
        (message(body("a" * 1025, "15h")), "template.components.0.parameters.0.text", "at most 1024"),
        (message(body("Ana", "15h"), {"type": "footer"}), "template.components.1.type", "no such part"),
        (message(body("A", "B"), {"type": "button", "index": 0}), "template.components.1.index", "no such button"),
        (message(body("A", "B"), name="outro"), "template.name", "no template outro in pt_BR"),
        (message(body("A", "B"), language="en_US"), "template.name", "no template"),
        ({"name": "lembrete"}, "template.language.code", "pt_BR"),
        ({"language": {"code": "pt_BR"}}, "template.name", "Name"),
        (message("x"), "template.components", "list of objects"),  # type: ignore[arg-type]
    ],
)
def test_what_does_not_fit_is_named(number: Number, make: Make, payload: Any, field: str, says: str) -> None:
    make()
    found = problems(number, payload)
    assert [one[0] for one in found] == [field]
    assert says in found[0][1]


@pytest.mark.parametrize(
    ("status", "says"),
    [("paused", "paused"), ("pending", "not approved"), ("rejected", "rejected"), ("disabled", "any more")],
)
def test_only_an_approved_one_is_sent(number: Number, make: Make, status: str, says: str) -> None:
    make(status=status)
    assert says in problems(number, message(body("Ana", "15h")))[0][1]


def test_another_accounts_template_is_not_there(number: Number, make: Make) -> None:
    make()
    with inside(number.salon_id):
        MessageTemplate.objects.update(waba_id="elsewhere")
    assert problems(number, message(body("Ana", "15h")))[0][0] == "template.name"


def test_a_missing_picture_and_a_missing_button_value_are_named(number: Number, make: Make) -> None:
    make("lembrete", IMAGE, BODY, BUTTONS)
    found = problems(number, message(body("Ana", "15h")))
    assert [one[1] for one in found] == [
        "This template needs an image in its header.",
        "The button “Ver” needs a value.",
    ]
    video = {"type": "header", "parameters": [{"type": "video", "video": {"id": "1"}}]}
    assert problems(number, message(video, body("A", "B")))[0][0] == "template.components.0.parameters"


def test_named_variables_are_matched_by_their_names(number: Number, make: Make) -> None:
    make("lembrete", {"type": "BODY", "text": "Oi {{first_name}}, até {{day}}."}, parameter_format="named")
    given = {"type": "body", "parameters": [
        {"type": "text", "parameter_name": "day", "text": "amanhã"},
        {"type": "text", "parameter_name": "first_name", "text": "Ana"},
    ]}  # fmt: skip
    assert problems(number, message(given)) == []
    with inside(number.salon_id):
        assert sending.words_of(number.pk, message(given)) == "Oi Ana, até amanhã."
    given["parameters"][0]["parameter_name"] = "when"  # type: ignore[index]
    assert "first_name, day" in problems(number, message(given))[0][1]


def test_a_form_becomes_a_message(number: Number, make: Make, picture: Media) -> None:
    template = make("lembrete", IMAGE, BODY, BUTTONS, {"type": "FOOTER", "text": "Salão Aurora"})
    media = str(picture.public_id)
    form = {
        "parameter.body.1": " Ana ",
        "parameter.body.2": "15h",
        "parameter.header.media": media,
        "parameter.button.1": "42",
    }
    payload = sending.payload_from_form(template, form)
    assert payload["components"] == [
        {"type": "header", "parameters": [{"type": "image", "image": {"media": media}}]},
        {"type": "body", "parameters": [{"type": "text", "text": "Ana"}, {"type": "text", "text": "15h"}]},
        {"type": "button", "sub_type": "url", "index": "1", "parameters": [{"type": "text", "text": "42"}]},
    ]
    assert payload["shown"] == {
        "header": {"type": "image", "file": media},
        "footer": "Salão Aurora",
        "buttons": [{"type": "QUICK_REPLY", "title": "Confirmar"}, {"type": "URL", "title": "Ver"}],
    }
    assert problems(number, payload) == []
    assert [str(one) for one in sending.media_in(payload)] == [media]


@pytest.mark.parametrize(
    "image", [{"media": "019a1f5e-7c3a-7d10-9b1e-3f6f0a2b4c5d"}, {"media": "x"}, {"link": "https://127.0.0.1/a.png"}]
)
def test_a_file_that_cannot_be_sent_is_named(number: Number, make: Make, image: dict[str, str]) -> None:
    make("lembrete", IMAGE, BODY)
    header = {"type": "header", "parameters": [{"type": "image", "image": image}]}
    found = problems(number, message(header, body("Ana", "15h")))
    assert [one[0] for one in found] == ["template.components.0.parameters.0.image"]


def test_a_problem_leads_back_to_its_field_of_the_form(number: Number, make: Make) -> None:
    template = make("lembrete", IMAGE, BODY, BUTTONS)
    payload = sending.payload_from_form(template, {"parameter.body.1": "Ana"})
    fields = [sending.field_of(template, payload, one[0]) for one in problems(number, payload)]
    assert fields == ["parameter.header.media", "parameter.body.2", "parameter.button.1"]
