"""The bubble: as the guest sees it, with Ana's values."""

from typing import Any

from flows.forms.preview import Shown
from tests.flows.forms.forms import opened, rendered

CANARY = "<img src=x onerror=alert(1)>"


def shown(**settings: Any) -> Shown:
    made = opened({"id": "n1", "type": "send_message", **settings}).preview
    assert made is not None
    return made


def test_marks_and_values_stand_as_the_guest_sees_them() -> None:
    """FL-001."""
    assert shown(text="*Oi*, {{ contact.first_name }}!").body == "<strong>Oi</strong>, Ana!"


def test_a_blank_without_a_value_stays_one() -> None:
    body = shown(text="{{ vars.day }}").body
    assert body == '<span class="wa-bubble__variable">{{vars.day}}</span>'


def test_a_text_that_cannot_be_read_is_shown_as_typed() -> None:
    assert shown(text="Oi {{ contact.").body == "Oi {{ contact."


def test_a_text_with_buttons_is_measured_by_their_limit() -> None:
    made = shown(text="x" * 1100, buttons=[{"id": "a", "title": "A"}])
    assert made.is_long
    assert "1100" in made.notes[0]


def test_a_list_shows_its_rows() -> None:
    rows = [{"id": "a", "title": "Corte", "description": "45 min"}]
    made = shown(text="?", list={"button": "Ver", "rows": rows})
    assert made.rows == [("Corte", "45 min")]
    assert made.buttons[0].text == "Ver"


def test_nothing_typed_becomes_code() -> None:
    """A canary in every text of a message, and in what a formula gives."""
    node = {
        "id": "n1", "type": "send_message", "text": CANARY + "{{ vars." + CANARY, "footer": CANARY,
        "buttons": [{"id": "a", "title": CANARY}], "list": {"button": CANARY, "rows": [{"id": "b", "title": CANARY}]},
        "media": {"kind": CANARY, "link": CANARY, "caption": CANARY}, "contact": {"name": CANARY, "phone": CANARY},
        "location": {"latitude": CANARY, "name": CANARY, "address": CANARY}, "reaction": CANARY,
        "cta_url": {"title": CANARY, "url": CANARY}, CANARY: CANARY,
    }  # fmt: skip
    for without in ("", "media", "location contact reaction"):
        html = rendered(opened({key: value for key, value in node.items() if key not in without.split()}))
        assert "<img src=x" not in html
    alone = {"id": "n1", "type": "send_message", "text": CANARY + "{{ '" + CANARY + "' }} {{ vars.x" + CANARY + " }}"}
    assert "<img src=x" not in rendered(opened(alone))


def test_a_guests_words_are_no_blank() -> None:
    made = shown(text="{{ '{' + '{ x }}' }}")
    assert "<script" not in made.body
