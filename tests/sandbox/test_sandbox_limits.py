"""What Meta refuses: sizes (WHATSAPP.md §2), speed and pairs (§4), the 24-hour window (§5)."""

from typing import Any

import pytest

from tests.sandbox.outside import Client, error_of, wamid_of

DAY_S = 24 * 3600


def buttons(*titles: str, **more: Any) -> dict[str, Any]:
    made = [{"type": "reply", "reply": {"id": f"b{n}", "title": title}} for n, title in enumerate(titles)]
    return {"type": "button", "body": {"text": "Escolha"}, "action": {"buttons": made}, **more}


def menu(rows: int, **row: str) -> dict[str, Any]:
    made = [{"id": f"r{n}", "title": f"Opção {n}", **row} for n in range(rows)]
    return {"type": "list", "body": {"text": "Escolha"}, "action": {"button": "Ver", "sections": [{"rows": made}]}}


def link(**more: Any) -> dict[str, Any]:
    parameters = {"display_text": "x" * 20, "url": "https://example.com", **more}
    return {"type": "cta_url", "body": {"text": "Veja"}, "action": {"name": "cta_url", "parameters": parameters}}


def form(**more: Any) -> dict[str, Any]:
    parameters = {"flow_message_version": "3", "flow_id": "1", "flow_cta": "x" * 30, "flow_token": "t", **more}
    return {"type": "flow", "body": {"text": "Preencha"}, "action": {"name": "flow", "parameters": parameters}}


def place(name: str = "send_location", **more: Any) -> dict[str, Any]:
    return {"type": "location_request_message", "body": {"text": "Onde?"}, "action": {"name": name}, **more}


GOOD = [
    {"type": "text", "text": {"body": "x" * 4096}},
    {"type": "image", "image": {"link": "https://example.com/a.jpg", "caption": "x" * 1024}},
    {"type": "location", "location": {"latitude": -23.5, "longitude": "-46.6"}},
    {"type": "contacts", "contacts": [{"name": {"formatted_name": "Bob"}, "phones": []}]},
    {"type": "reaction", "reaction": {"message_id": "wamid.x", "emoji": ""}},
    {"type": "interactive", "interactive": buttons("x" * 20, "b", "c")},
    {"type": "interactive", "interactive": menu(10, description="x" * 72)},
    {"type": "interactive", "interactive": link()},
    {"type": "interactive", "interactive": form()},
    {"type": "interactive", "interactive": place()},
    {"type": "document", "document": {"link": "https://example.com/a.pdf", "filename": "a.pdf"}},
    {"type": "audio", "audio": {"link": "https://example.com/a.ogg", "voice": True}},
]
BAD = [
    ({"type": "text", "text": {"body": "x" * 4097}}, "text.body"),
    ({"text": None}, "text"),
    ({"type": "fax", "fax": {}}, "type"),
    ({"type": "image", "image": {"id": "1", "link": "https://example.com"}}, "image.id"),
    ({"type": "image", "image": {"id": "1", "caption": "x" * 1025}}, "image.caption"),
    ({"type": "location", "location": {"latitude": 91, "longitude": 0}}, "location.latitude"),
    ({"type": "interactive", "interactive": buttons("a", "b", "c", "d")}, "interactive.action.buttons"),
    ({"type": "interactive", "interactive": buttons("x" * 21)}, "buttons[0].reply.title"),
    ({"type": "interactive", "interactive": buttons("a", "a")}, "reply.title"),
    ({"type": "interactive", "interactive": buttons("a", body={"text": "x" * 1025})}, "interactive.body.text"),
    ({"type": "interactive", "interactive": buttons("a", footer={"text": "x" * 61})}, "interactive.footer.text"),
    ({"type": "interactive", "interactive": buttons("a", header={"type": "text", "text": "x" * 61})}, "header.text"),
    ({"type": "interactive", "interactive": menu(11)}, "rows"),
    ({"type": "interactive", "interactive": menu(1, title="x" * 25)}, "rows[0].title"),
    ({"type": "interactive", "interactive": menu(1, description="x" * 73)}, "rows[0].description"),
    ({"type": "interactive", "interactive": menu(1, id="x" * 201)}, "rows[0].id"),
    ({"type": "template", "template": {"name": "Não", "language": {"code": "pt_BR"}}}, "template.name"),
    ({"type": "interactive", "interactive": link(display_text="x" * 21)}, "parameters.display_text"),
    ({"type": "interactive", "interactive": link(url="ftp://x")}, "parameters.url"),
    ({"type": "interactive", "interactive": form(flow_cta="x" * 31)}, "parameters.flow_cta"),
    ({"type": "interactive", "interactive": form(flow_message_version="2")}, "flow_message_version"),
    ({"type": "interactive", "interactive": form(flow_id=None)}, "flow_id"),
    ({"type": "interactive", "interactive": place("where")}, "interactive.action.name"),
    ({"type": "interactive", "interactive": place(footer={"text": "x"})}, "footer"),
    ({"type": "reaction", "reaction": {"message_id": "wamid.x", "emoji": "ok"}}, "reaction.emoji"),
    ({"type": "audio", "audio": {"link": "https://example.com/a.ogg", "caption": "x"}}, "audio.caption"),
    ({"type": "image", "image": {"link": "https://example.com/a.jpg", "voice": True}}, "image.voice"),
    ({"to": "not a phone"}, "to"),
    ({"to": None}, "to"),
    ({"messaging_product": "sms"}, "messaging_product"),
    ({"biz_opaque_callback_data": "x" * 513}, "biz_opaque_callback_data"),
]


@pytest.mark.parametrize("fields", GOOD, ids=lambda fields: str(fields["type"]))
def test_it_takes_what_is_just_allowed(world: Client, fields: dict[str, Any]) -> None:
    assert world.send(**fields)[0] == 200


@pytest.mark.parametrize(("fields", "named"), BAD, ids=[named for _, named in BAD])
def test_it_refuses_and_names_the_field(world: Client, fields: dict[str, Any], named: str) -> None:
    code, details = error_of(world.send(**fields))
    assert code in (100, 131008, 131009) and named in details
    assert world.ledger() == []


def test_a_number_has_a_speed(world: Client) -> None:
    number = {"phone_number_id": "113", "waba_id": "222", "display_phone": "+55 11 4000-0003", "throughput_mps": 10}
    world.control("numbers", number)
    answers = [world.send(f"+55119{n:08d}", "113") for n in range(14)]
    assert [status for status, _ in answers[:11]] == [200] * 11  # a tenth above the rate is borne (I17)
    assert error_of(answers[11])[0] == 130429


def test_a_pair_may_burst_45_then_one_in_six_seconds(world: Client) -> None:
    assert [world.send()[0] for _ in range(45)] == [200] * 45
    assert error_of(world.send())[0] == 131056
    assert world.send("+5511999990001")[0] == 200
    world.control("clock", {"offset_s": 6})
    assert [world.send()[0] for _ in range(2)] == [200, 429]


def test_the_window_closes_after_24_hours(world: Client) -> None:
    guest = {"phone_number_id": "111", "from": "5511999990000"}
    world.control("inbound", {**guest, "text": "oi"})
    world.control("clock", {"offset_s": DAY_S - 5})
    wamid_of(world.send())
    world.control("clock", {"offset_s": DAY_S + 5})
    assert error_of(world.send())[0] == 131047
    wamid_of(world.send(type="template", template={"name": "hello_world", "language": {"code": "en_US"}}))
    world.control("inbound", {**guest, "text": "oi de novo"})
    wamid_of(world.send())


def test_a_strict_window_asks_for_a_first_message(world: Client) -> None:
    world.control("settings", {"window": "strict"})
    assert error_of(world.send())[0] == 131047
    assert world.control("windows", {"phone_number_id": "111", "users": ["+5511999990000"]}) == (200, {"opened": 1})
    wamid_of(world.send())


def test_a_number_cannot_write_to_itself(world: Client) -> None:
    assert error_of(world.send("+55 11 4000-0000"))[0] == 131021
