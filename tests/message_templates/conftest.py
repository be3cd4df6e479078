"""Templates of Aurora's account."""

from collections.abc import Callable
from typing import Any

import pytest

from channels_wa.message_templates.models import MessageTemplate
from channels_wa.numbers.models import Number
from ops.salon import inside
from tests.world import Salons

BODY: dict[str, Any] = {
    "type": "BODY",
    "text": "Oi {{1}}, o seu horário é {{2}}. Até lá!",
    "example": {"body_text": [["Ana", "15h"]]},
}
IMAGE: dict[str, Any] = {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["4::abc"]}}
BUTTONS: dict[str, Any] = {
    "type": "BUTTONS",
    "buttons": [
        {"type": "QUICK_REPLY", "text": "Confirmar"},
        {"type": "URL", "text": "Ver", "url": "https://a.example/{{1}}", "example": ["https://a.example/x"]},
    ],
}

Make = Callable[..., MessageTemplate]


@pytest.fixture
def number(salons: Salons, db: None) -> Number:
    """Aurora's."""
    return Number.objects.get(salon_id=salons.aurora.pk)


@pytest.fixture
def make(salons: Salons, number: Number) -> Make:
    """Write a template of Aurora, approved unless said otherwise."""

    def one(name: str = "lembrete", *parts: dict[str, Any], **fields: Any) -> MessageTemplate:
        values: dict[str, Any] = {"status": "approved", "language": "pt_BR", "meta_id": "745620194", **fields}
        with inside(salons.aurora.pk):
            return MessageTemplate.objects.create(
                waba_id=number.waba_id, name=name, components=list(parts or [BODY]), **values
            )

    return one
