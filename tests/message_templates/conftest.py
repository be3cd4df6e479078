"""Templates of Aurora's account."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from channels_wa.adapters.cloud_api import templates
from channels_wa.media.models import Media
from channels_wa.message_templates.models import MessageTemplate
from channels_wa.numbers.actions import seal_token
from channels_wa.numbers.models import Number
from ops import clock
from ops.salon import inside
from tests.message_templates.account import Account
from tests.world import Browser, Salons

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


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch, number: Number) -> Account:
    """Aurora's account at Meta; its number's token opens it."""
    account = Account()
    for name in ("each", "one", "create", "edit", "delete", "upload_sample"):
        monkeypatch.setattr(templates, name, getattr(account, name))
    seal_token(number, "token")
    number.save()
    return account


@pytest.fixture
def by(alice: Browser) -> Any:
    """Alice."""
    return alice.member


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Move the product's clock forward."""

    def move(**by: float) -> None:
        monkeypatch.setattr(clock, "_offset", clock._offset + timedelta(**by))

    return move


@pytest.fixture
def picture(salons: Salons, db: None) -> Media:
    """A file of Aurora's own."""
    with inside(salons.aurora.pk):
        return Media.objects.create(
            direction="out", kind="image", state="ready", mime_type="image/png", size=1000, name="salon.png"
        )
