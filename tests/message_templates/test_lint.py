"""Meta's rules are told before Meta is asked, each at its field (FR-WA-004, FR-DB-007)."""

from typing import Any

import pytest
from django.utils import translation

from channels_wa.message_templates.drafts import as_fields, from_form, tidy_name
from channels_wa.message_templates.findings import Finding
from channels_wa.message_templates.lint import Known, findings_of

GOOD: dict[str, str] = {
    "name": "lembrete_amanha",
    "language": "pt_BR",
    "category": "utility",
    "body": "Oi {{1}}, o seu horário é amanhã às {{2}}. Até lá!",
    "sample.body.1": "Ana",
    "sample.body.2": "15h",
}


def lint(known: Any = None, **changes: Any) -> list[Finding]:
    form = {**GOOD, **{name.replace("__", "."): value for name, value in changes.items()}}
    with translation.override("en"):
        return findings_of(from_form(form), known or Known())


def test_a_good_one_has_nothing_to_mend() -> None:
    assert lint() == []


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"name": ""}, "name", "Give the template a name"),
        ({"language": "xx"}, "language", "Choose the language"),
        ({"body": " "}, "body", "Write what the guest"),
        ({"body": "a" * 1025}, "body", "at most 1024"),
        ({"body": "{{1}}, oi, o seu horário é {{2}} hoje."}, "body", "begin with a variable"),
        ({"body": "Oi {{1}}, o seu horário de amanhã é {{2}}"}, "body", "end with a variable"),
        ({"body": "Oi {{1}} {{2}}, até amanhã então, beijos."}, "body", "side by side"),
        ({"body": "Oi {{1}} e {{2}}."}, "body", "Too few words"),
        ({"body": "Oi {{1}}, o seu horário é amanhã às {{3}}. Até!", "sample__body__3": "x"}, "body", "without a gap"),
        ({"body": "Oi {1}, o seu horário é amanhã. Até lá!"}, "body", "“{1}” is no variable"),
        (
            {"body": "Oi {{Primeiro}}, o seu horário é amanhã.", "sample__body__Primeiro": "A"},
            "body",
            "cannot be the name",
        ),
        ({"body": "Oi {{1}}, é amanhã.\n\n\nAté lá, um abraço!"}, "body", "one empty line"),
        ({"body": "Oi {{1}}, o seu     horário é amanhã, até!"}, "body", "no tabs"),
        ({"sample__body__2": ""}, "sample.body.2", "Give an example for {{2}}"),
        ({"header": "text", "header_text": ""}, "header_text", "Write the header"),
        ({"header": "text", "header_text": "x" * 61}, "header_text", "at most 60"),
        ({"header": "text", "header_text": "*Oi*"}, "header_text", "no line breaks, no emoji"),
        ({"header": "text", "header_text": "Oi {{1}}"}, "sample.header.1", "Give an example"),
        ({"header": "image"}, "header_media", "Add a file"),
        ({"footer": "x" * 61}, "footer", "at most 60"),
        ({"footer": "Até {{1}}"}, "footer", "no variables"),
        ({"footer": "Até 💇"}, "footer", "no emoji"),
    ],
)
def test_what_meta_would_refuse_is_named(changes: dict[str, str], field: str, says: str) -> None:
    found = lint(**changes)
    assert [one.field for one in found] == [field]
    assert says in found[0].text
    assert found[0].is_error


def test_a_name_that_is_taken_is_refused() -> None:
    assert lint(Known(is_taken=True))[0].field == "name"


@pytest.mark.parametrize(
    ("button", "field", "says"),
    [
        ({"type": "quick_reply", "text": "", "url": "x"}, "buttons.0.text", "Write what stands"),
        ({"type": "quick_reply", "text": "x" * 26}, "buttons.0.text", "at most 25"),
        ({"type": "quick_reply", "text": "Sim 👍"}, "buttons.0.text", "no emoji"),
        ({"type": "url", "text": "Ver", "url": "a.example"}, "buttons.0.url", "beginning with https://"),
        ({"type": "url", "text": "Ver", "url": "https://wa.me/55"}, "buttons.0.url", "into WhatsApp"),
        ({"type": "url", "text": "Ver", "url": "https://a.example/{{1}}/b"}, "buttons.0.url", "at its end"),
        ({"type": "url", "text": "Ver", "url": "https://a.example/{{1}}"}, "buttons.0.sample", "whole address"),
        ({"type": "url", "text": "Ver", "url": "https://a.example/{{1}}", "sample": "x"}, "buttons.0.sample", "begin"),
        ({"type": "phone_number", "text": "Ligar", "phone": "ligue"}, "buttons.0.phone", "country code"),
        ({"type": "copy_code", "sample": "OI10"}, "buttons.0.type", "Only marketing"),
    ],
)
def test_what_is_wrong_with_a_button_is_named(button: dict[str, str], field: str, says: str) -> None:
    found = lint(**{f"buttons__0__{name}": value for name, value in button.items()})
    assert [one.field for one in found] == [field]
    assert says in found[0].text


def test_quick_replies_stay_together() -> None:
    texts = [("quick_reply", "Sim"), ("phone_number", "Ligar"), ("quick_reply", "Não")]
    found = lint(**{
        f"buttons__{place}__{name}": value
        for place, (kind, text) in enumerate(texts)
        for name, value in (("type", kind), ("text", text), ("phone", "+5511999998888"))
    })  # fmt: skip
    assert [one.text for one in found] == ["Keep quick replies together, before or after the other buttons."]


def test_advertising_in_a_service_template_is_advised_against() -> None:
    found = lint(body="Oi {{1}}, temos 20% de desconto amanhã às {{2}} para você!")
    assert [(one.field, one.is_error) for one in found] == [("category", False)]
    assert "marketing" in found[0].text


def test_marketing_is_advised_to_offer_a_way_out() -> None:
    assert [one.field for one in lint(category="marketing")] == ["buttons"]
    assert lint(category="marketing", buttons__0__type="quick_reply", buttons__0__text="Parar promoções") == []


def test_names_are_tidied() -> None:
    assert tidy_name(" Lembrete – amanhã, 15h ") == "lembrete_amanha_15h"


def test_the_form_is_what_comes_back_from_meta() -> None:
    form = {
        **GOOD, "header": "text", "header_text": "Oi {{1}}", "sample.header.1": "Ana", "footer": "Salão",
        "buttons.0.type": "url", "buttons.0.text": "Ver", "buttons.0.url": "https://a.example/{{1}}",
        "buttons.0.sample": "https://a.example/x", "buttons.1.type": "quick_reply", "buttons.1.text": "",
    }  # fmt: skip
    fields = as_fields(from_form(form))
    assert fields["body"] == GOOD["body"]
    assert [one["value"] for one in fields["samples"]] == ["Ana", "15h"]
    assert [one["value"] for one in fields["header_samples"]] == ["Ana"]
    assert [one["type"] for one in fields["buttons"]] == ["url"]


def test_named_variables_have_named_samples() -> None:
    draft = from_form({**GOOD, "body": "Oi {{nome}}, o seu horário é amanhã.", "sample.body.nome": "Ana"})
    assert draft.parameter_format == "named"
    assert draft.components[0]["example"] == {"body_text_named_params": [{"param_name": "nome", "example": "Ana"}]}
