"""FL-002: whatever a flow sends is a message that WhatsApp takes, and the portal can show."""

from typing import Any

import pytest

from channels_wa.messages.models import Message
from channels_wa.outbox.content import check
from flows.models import FlowExecution
from ops.salon import inside
from tests.flows.runtime.conftest import Chat, ask

KINDS: list[tuple[dict[str, Any], str, str]] = [
    ({"text": "Oi"}, "text", "Oi"),
    ({"text": "Vamos?", "buttons": [{"id": "a", "title": "Sim"}]}, "interactive", "Vamos?"),
    ({"text": "O que?", "list": {"button": "Ver", "rows": [{"id": "a", "title": "Corte"}]}}, "interactive", "O que?"),
    ({"text": "Os preços", "footer": "Aurora", "cta_url": {"title": "Ver", "url": "https://a.com/{{ contact.name }}"}},
     "interactive", "Os preços"),
    ({"media": {"kind": "image", "link": "https://a.com/b.jpg", "caption": "Antes"}}, "image", "Antes"),
    ({"media": {"kind": "document", "link": "https://a.com/b.pdf", "filename": "a.pdf"}}, "document", "a.pdf"),
    ({"media": {"kind": "audio", "link": "https://a.com/b.ogg"}}, "audio", ""),
    ({"media": {"kind": "video", "link": "https://a.com/b.mp4"}}, "video", ""),
    ({"media": {"kind": "sticker", "link": "https://a.com/b.webp"}}, "sticker", ""),
    ({"location": {"latitude": -23.5, "longitude": -46.6, "name": "Aurora", "address": "Rua A"}}, "location", "Aurora"),
    ({"location": {"latitude": -23.5, "longitude": -46.6}}, "location", "-23.5, -46.6"),
    ({"contact": {"name": "Rui Sá", "phone": "+5511999990000", "email": "rui@a.com", "company": "Aurora"}},
     "contacts", "Rui Sá"),
    ({"reaction": "👍"}, "reaction", "👍"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("settings", "kind", "text"), KINDS, ids=lambda one: next(iter(one)) if isinstance(one, dict) else one
)
def test_it_is_sent(chat: Chat, settings: dict[str, Any], kind: str, text: str) -> None:
    chat.publish("kinds", {"id": "s", "type": "send_message", **settings}, edges=["start>s"])
    chat.says("oi")
    with inside(chat.salon_id):
        message = Message.objects.get(direction="out")
        assert (message.type, message.text) == (kind, text)
        assert check(message.type, message.text, message.payload) == []


def test_a_reaction_names_the_message_it_stands_on(chat: Chat) -> None:
    chat.publish("kinds", {"id": "s", "type": "send_message", "reaction": "👍"}, edges=["start>s"])
    chat.says("oi")
    with inside(chat.salon_id):
        heard, said = Message.objects.order_by("pk")
        assert said.payload == {"to": heard.wamid, "emoji": "👍"}


def test_a_photo_is_an_answer(chat: Chat) -> None:
    question = {**ask("q", "Manda uma foto?", "photo"), "answer": "media", "kinds": ["image"]}
    chat.publish("photo", question, edges=["start>q"])
    chat.says("oi")
    chat.sends("image", {"id": "77", "mime_type": "image/jpeg", "sha256": "x", "caption": "Olha"})
    with inside(chat.salon_id):
        photo = FlowExecution.objects.get().state["variables"]["photo"]
        heard = Message.objects.get(type="image")
    assert photo == {"kind": "image", "wamid": heard.wamid, "text": "Olha"}
