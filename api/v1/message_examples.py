"""A body of POST /api/v1/messages/ for each kind of message; shown in the docs, sent by a test."""

from typing import Any

CONTACT = "019a1f5e-7c3a-7d10-9b1e-3f6f0a2b4c5d"
MESSAGE = "019a1f61-55aa-7b02-8f5e-9c1d2e3f4a5b"
TO = {"to": "+5511988881234"}


def _tap(kind: str, text: str, action: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        **TO,
        "type": "interactive",
        "interactive": {"type": kind, "body": {"text": text}, "action": action, **more},
    }


EXAMPLES: dict[str, dict[str, Any]] = {
    "Text": {**TO, "type": "text", "text": "Oi!"},
    "Answer that quotes": {"contact": CONTACT, "type": "text", "text": "Sim, às 15h.", "reply_to": MESSAGE},
    "Image by link": {
        **TO, "type": "image", "media": {"link": "https://example.com/antes.jpg", "caption": "Antes"},
    },
    "Document": {
        **TO, "type": "document", "media": {"link": "https://example.com/precos.pdf", "filename": "Preços.pdf"},
    },
    "Voice message": {**TO, "type": "audio", "media": {"link": "https://example.com/oi.ogg", "voice": True}},
    "Location": {
        **TO, "type": "location",
        "location": {"latitude": -23.5614, "longitude": -46.6559, "name": "Salão Aurora", "address": "Rua A, 9"},
    },
    "Contact card": {
        **TO, "type": "contacts",
        "contacts": [{
            "name": {"formatted_name": "Bia Reis", "first_name": "Bia"},
            "phones": [{"phone": "+55 11 97777-1234", "type": "WORK"}],
        }],
    },
    "Reaction": {"contact": CONTACT, "type": "reaction", "reaction": {"message": MESSAGE, "emoji": "💜"}},
    "Buttons": _tap("button", "Quando fica melhor?", {"buttons": [
        {"type": "reply", "reply": {"id": "today", "title": "Hoje"}},
        {"type": "reply", "reply": {"id": "tomorrow", "title": "Amanhã"}},
    ]}),
    "List": _tap("list", "O que você quer fazer?", {"button": "Ver serviços", "sections": [
        {"rows": [{"id": "cut", "title": "Corte", "description": "45 min"}, {"id": "color", "title": "Coloração"}]},
    ]}, footer={"text": "Salão Aurora"}),
    "Button that opens a page": _tap("cta_url", "Nossos preços:", {
        "name": "cta_url", "parameters": {"display_text": "Ver preços", "url": "https://example.com/precos"},
    }),
    "Asking where the guest is": _tap("location_request_message", "Onde você está?", {"name": "send_location"}),
    "Form inside WhatsApp": _tap("flow", "Conte sobre o seu cabelo:", {"name": "flow", "parameters": {
        "flow_id": "1234567890", "flow_cta": "Responder", "flow_action": "navigate",
        "flow_action_payload": {"screen": "START"},
    }}),
    "Template": {**TO, "type": "template", "purpose": "reminder", "template": {
        "name": "lembrete", "language": "pt_BR",
        "components": [{"type": "body", "parameters": [{"type": "text", "text": "Ana"}]}],
    }},
}  # fmt: skip
