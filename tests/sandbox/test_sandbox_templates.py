"""Templates: created, reviewed, edited, paused, told by webhooks (FR-WA-003, WHATSAPP.md §4, §6, §7)."""

from typing import Any

import pytest

from tests.sandbox.outside import Client, Receiver, error_of

HOUR, DAY = 3600, 86_400
BODY: dict[str, Any] = {
    "type": "BODY",
    "text": "Olá {{1}}, seu horário é amanhã às {{2}}. Até lá!",
    "example": {"body_text": [["Maria", "15h"]]},
}
BUTTONS = {
    "type": "BUTTONS",
    "buttons": [
        {"type": "QUICK_REPLY", "text": "Confirmo"},
        {"type": "URL", "text": "Ver", "url": "https://example.com/{{1}}", "example": ["https://example.com/a"]},
    ],
}


def create(world: Client, name: str = "lembrete", **fields: Any) -> tuple[int, Any]:
    wish = {"name": name, "language": "pt_BR", "category": "UTILITY", "components": [BODY], **fields}
    return world.graph("POST", "222/message_templates", wish)


def made(world: Client, name: str = "lembrete", **fields: Any) -> str:
    status, answer = create(world, name, **fields)
    assert status == 200 and answer["status"] == "PENDING", answer
    return str(answer["id"])


def told(receiver: Receiver, field: str = "message_template_status_update") -> dict[str, Any]:
    """The next change of a field."""
    while True:
        for entry in receiver.delivery()["body"]["entry"]:
            for change in entry["changes"]:
                if change["field"] == field:
                    assert entry["id"] == "222"
                    return dict(change["value"])


def approved(world: Client, receiver: Receiver, **fields: Any) -> str:
    world.control("settings", {"template_review_s": 0})
    template_id = made(world, **fields)
    assert told(receiver)["event"] == "APPROVED"
    return template_id


def subcode_of(answer: tuple[int, Any]) -> int | None:
    assert error_of(answer)[0] == 100
    subcode: int | None = answer[1]["error"].get("error_subcode")
    return subcode


def test_a_review_ends_with_a_webhook(world: Client, receiver: Receiver) -> None:
    template_id = made(world)
    world.control("clock", {"offset_s": 10})
    value = told(receiver)
    assert (value["event"], value["message_template_id"]) == ("APPROVED", int(template_id))
    assert (value["message_template_name"], value["message_template_language"]) == ("lembrete", "pt_BR")
    assert world.graph("GET", template_id)[1]["status"] == "APPROVED"


def test_a_review_can_be_held(world: Client, receiver: Receiver) -> None:
    world.control("settings", {"template_review": "hold", "template_review_s": 0})
    template_id = made(world)
    assert world.graph("GET", f"{template_id}?fields=status")[1] == {"status": "PENDING", "id": template_id}
    wish = {"waba_id": "222", "name": "lembrete", "status": "REJECTED", "reason": "ABUSIVE_CONTENT"}
    assert world.control("templates", wish)[1]["results"][0]["status"] == "REJECTED"
    value = told(receiver)
    assert (value["event"], value["reason"]) == ("REJECTED", "ABUSIVE_CONTENT") and value["rejection_info"]["reason"]


def test_a_name_with_reject_is_rejected(world: Client, receiver: Receiver) -> None:
    world.control("settings", {"template_review_s": 0})
    template_id = made(world, "please_reject_me")
    assert told(receiver)["event"] == "REJECTED"
    fields = world.graph("GET", f"{template_id}?fields=rejected_reason")[1]
    assert fields["rejected_reason"] == "INVALID_FORMAT"


def test_a_promotion_becomes_marketing(world: Client, receiver: Receiver) -> None:
    world.control("settings", {"template_review_s": 0})
    made(world, components=[{"type": "BODY", "text": "Só hoje: 20% de desconto em todos os cortes."}])
    value = told(receiver, "template_category_update")
    assert (value["previous_category"], value["new_category"]) == ("UTILITY", "MARKETING")
    assert told(receiver)["message_template_category"] == "MARKETING"


def test_meta_announces_a_category_and_changes_it_a_day_later(world: Client, receiver: Receiver) -> None:
    approved(world, receiver)
    world.control("templates", {"waba_id": "222", "name": "lembrete", "correct_category": "MARKETING"})
    assert told(receiver, "template_category_update")["correct_category"] == "MARKETING"
    world.control("clock", {"offset_s": DAY + 60})
    assert told(receiver, "template_category_update")["new_category"] == "MARKETING"


def test_the_list_has_pages_and_filters(world: Client) -> None:
    for n in range(5):
        made(world, f"lembrete_{n}")
    seen: list[str] = []
    path = "222/message_templates?limit=2&fields=name,status&name=lembrete"
    while path:
        _, page = world.graph("GET", path)
        seen += [template["name"] for template in page["data"]]
        following = page["paging"].get("next", "")
        path = following.partition("/v26.0/")[2]
    assert sorted(seen) == [f"lembrete_{n}" for n in range(5)]
    everything = world.graph("GET", "222/message_templates")[1]["data"]
    assert {"hello_world", "lembrete_0"} <= {template["name"] for template in everything}
    assert all(template["status"] == "PENDING" for template in everything if template["name"] != "hello_world")
    assert len(world.graph("GET", "222/message_templates?status=APPROVED")[1]["data"]) == 1


def test_an_approved_template_is_edited_once_a_day(world: Client, receiver: Receiver) -> None:
    template_id = approved(world, receiver)
    changed = {"components": [{**BODY, "text": BODY["text"] + " Abraços!"}, {"type": "FOOTER", "text": "Aurora"}]}
    assert world.graph("POST", template_id, changed)[1]["success"] is True
    assert told(receiver, "message_template_components_update")["message_template_footer"] == "Aurora"
    assert told(receiver)["event"] == "APPROVED"
    assert "24 hours" in error_of(world.graph("POST", template_id, changed))[1]
    world.control("clock", {"offset_s": DAY + 60})
    assert world.graph("POST", template_id, changed)[0] == 200


def test_a_waiting_template_cannot_be_edited(world: Client) -> None:
    world.control("settings", {"template_review": "hold"})
    assert "PENDING" in error_of(world.graph("POST", made(world), {"components": [BODY]}))[1]


def test_a_deleted_name_stays_locked(world: Client, receiver: Receiver) -> None:
    template_id = approved(world, receiver)
    made(world, language="en_US")
    told(receiver)
    deleted = world.graph("DELETE", f"222/message_templates?name=lembrete&hsm_id={template_id}")
    assert deleted == (200, {"success": True})
    assert told(receiver)["event"] == "PENDING_DELETION"
    assert subcode_of(create(world)) == 2388023
    assert subcode_of(create(world, language="en_US")) == 2388024
    assert world.graph("DELETE", "222/message_templates?name=nada")[0] == 400


def test_pauses_grow_and_the_third_is_the_end(world: Client, receiver: Receiver) -> None:
    template_id = approved(world, receiver)
    pause = {"waba_id": "222", "name": "lembrete", "status": "PAUSED"}
    moment = 0
    for title, hours in (("FIRST_PAUSE", 3), ("SECOND_PAUSE", 6)):
        world.control("templates", pause)
        value = told(receiver)
        assert (value["event"], value["other_info"]["title"]) == ("PAUSED", title)
        moment += hours * HOUR + 60
        world.control("clock", {"offset_s": moment})
        assert told(receiver)["other_info"]["title"] == "UNPAUSE"
        assert world.graph("GET", template_id)[1]["status"] == "APPROVED"
    world.control("templates", pause)
    value = told(receiver)
    assert value["event"] == "DISABLED" and value["disable_info"]["disable_date"]


def test_quality_is_told(world: Client, receiver: Receiver) -> None:
    approved(world, receiver)
    world.control("templates", {"waba_id": "222", "name": "lembrete", "language": "pt_BR", "quality": "RED"})
    value = told(receiver, "message_template_quality_update")
    assert (value["previous_quality_score"], value["new_quality_score"]) == ("UNKNOWN", "RED")


def test_a_header_sample_is_uploaded_in_pieces(world: Client) -> None:
    _, session = world.graph("POST", "100/uploads?file_name=a.png&file_length=6&file_type=image/png")
    path = session["id"]
    assert world.graph("POST", path, b"abc", headers={"file_offset": "0"})[1]["file_offset"] == 3
    assert world.graph("GET", path)[1]["file_offset"] == 3
    assert world.graph("POST", path, b"abc", headers={"file_offset": "0"})[0] == 400
    _, whole = world.graph("POST", path, b"def", headers={"file_offset": "3"})
    header = {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": [whole["h"]]}}
    template_id = made(world, components=[header, BODY])
    shown = world.graph("GET", template_id)[1]["components"][0]["example"]["header_handle"][0]
    assert world.call("GET", shown.partition(str(world.port))[2])[2] == b"abcdef"


def body(text: str, *samples: str) -> list[dict[str, Any]]:
    return [{"type": "BODY", "text": text, **({"example": {"body_text": [list(samples)]}} if samples else {})}]


def header(text: str, **more: Any) -> list[dict[str, Any]]:
    return [{"type": "HEADER", "format": "TEXT", "text": text, **more}, BODY]


REFUSED = [
    ("sample", body("Olá {{1}}, tudo bem com você hoje?"), 2388043),
    ("first", body("{{1}}, seu horário é amanhã às 15h.", "Ana"), 2388299),
    ("last", body("Seu horário de amanhã é às {{1}}", "15h"), 2388299),
    ("ratio", body("Oi {{1}} {{2}} {{3}} tchau.", "a", "b", "c"), 2388293),
    ("long", body("x" * 1025), 2388040),
    ("tab", body("Olá\tMaria, tudo bem?"), 2388072),
    ("order", body("Olá {{2}}, seu horário está marcado.", "Ana"), 2388072),
    ("no body", [{"type": "FOOTER", "text": "x"}], 2388072),
    ("header length", header("x" * 61), 2388040),
    ("header emoji", header("Oi 💇"), 2388047),
    ("header sample", header("Olá {{1}}"), 2388043),
    ("footer variable", [BODY, {"type": "FOOTER", "text": "{{1}}"}], 2388073),
    ("handle", [{"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["4:x:h:1:A"]}}, BODY], 2494102),
    ("media", [{"type": "HEADER", "format": "IMAGE"}, BODY], 2388043),
    ("eleven buttons", [BODY, {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "a"}] * 11}], None),
    ("button length", [BODY, {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "x" * 26}]}], 2388040),
    ("mixed", [BODY, {"type": "BUTTONS", "buttons": [*BUTTONS["buttons"], BUTTONS["buttons"][0]]}], None),
]


@pytest.mark.parametrize(("components", "subcode"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_it_refuses_what_meta_refuses(world: Client, components: Any, subcode: int | None) -> None:
    answer = create(world, components=components)
    assert subcode_of(answer) == subcode and answer[1]["error"]["error_user_msg"]
    assert not world.graph("GET", "222/message_templates?name=lembrete")[1]["data"]


def test_an_account_has_room_for_so_many(world: Client) -> None:
    world.control("settings", {"template_limit": 2})
    made(world)
    assert subcode_of(create(world, "outro")) == 2388019


def test_a_hundred_an_hour(world: Client) -> None:
    for n in range(100):
        made(world, f"t{n}")
    assert error_of(create(world, "t100"))[0] == 80007


def test_templates_outlive_a_reset_of_what_happened(world: Client, receiver: Receiver) -> None:
    template_id = approved(world, receiver)
    world.control("reset", {})
    assert world.graph("GET", template_id)[1]["status"] == "APPROVED"


def test_a_bad_wish_names_the_field(world: Client) -> None:
    wish = {"waba_id": "222", "name": "hello_world"}
    assert world.control("templates", wish)[1]["field"] == "status"
    assert world.control("templates", {**wish, "quality": "BLUE"})[1]["field"] == "quality"
    assert world.control("templates", {**wish, "name": "nada", "quality": "RED"})[1]["field"] == "name"
