"""A visitor of Aurora's page: a browser without a login, without JavaScript and without a cookie that counts."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from channels_wa.inbound import drain
from channels_wa.message_templates.models import MessageTemplate
from channels_wa.message_templates.queries import accounts
from channels_wa.messages.models import Message
from crm.bookings.models import Booking
from crm.bookings.page import limits, templates
from crm.consent import policy
from crm.consent.models import ContactPolicy
from ops import clock
from ops.salon import inside
from ops.timers import ticker
from tenants.salons.hosts import salon_host
from tests.bookings.conftest import ZONE, Chair
from tests.incoming import delivery, keep, text_message

PNID, PHONE = "1" * 15, "+5511977776666"


@dataclass
class Visitor:
    """Their browser, their phone, and the clock."""

    chair: Chair
    monkeypatch: pytest.MonkeyPatch
    client: Client = field(default_factory=lambda: Client(headers={"host": salon_host("aurora")}))
    language: str = "en"

    def at(self, moment: datetime) -> None:
        """Set the clock."""
        self.monkeypatch.setattr(clock, "_offset", clock._offset + (moment - clock.now()))

    def see(self, path: str, **query: Any) -> Any:
        """A page."""
        return self.client.get(path, {"lang": self.language, **query})

    def choice(self, text: str = "10:00", *, days: int = 0, **more: Any) -> dict[str, Any]:
        """A cut with Ana, a week from today."""
        at = self.chair.at(text, days)
        return {
            "s": str(self.chair.cut.public_id), "p": str(self.chair.ana.public_id), "lang": self.language,
            "at": f"{at.astimezone(UTC):%Y-%m-%dT%H:%MZ}", **more,
        }  # fmt: skip

    def ticket(self, choice: dict[str, Any]) -> str:
        """Of the form on the last step."""
        page = text_of(self.client.get("/book/", choice))
        found = re.search(r'name="ticket" value="([^"]+)"', page)
        assert found, page
        return html.unescape(found[1])

    def hold(self, text: str = "10:00", **more: Any) -> Any:
        """Fill in the form and press."""
        choice = self.choice(text)
        values = {"name": "Rita Alves", "phone": "(11) 97777-6666", "ticket": self.ticket(choice)}
        return self.client.post("/book/", {**choice, **values, **more})

    def held(self, text: str = "10:00", **more: Any) -> str:
        """The address of the visit that was held."""
        answer = self.hold(text, **more)
        assert answer.status_code == 303, text_of(answer)
        return str(answer["Location"]).partition("?")[0]

    def booking(self) -> Booking:
        """The newest."""
        with inside(self.chair.salon_id):
            return Booking.objects.latest("pk")

    def bookings(self) -> list[str]:
        """The states of all."""
        with inside(self.chair.salon_id):
            return list(Booking.objects.order_by("pk").values_list("state", flat=True))

    def messages(self) -> list[Message]:
        """What the salon wrote, in order."""
        with inside(self.chair.salon_id):
            return list(Message.objects.filter(direction="out").order_by("pk"))

    def code(self) -> str:
        """The code in the newest message."""
        found = re.search(r"\b(\d{6})\b", self.messages()[-1].text)
        assert found
        return found[1]

    def says(self, text: str, sender: str = PHONE) -> None:
        """A message from a phone arrives."""
        keep(delivery(PNID, text_message(text, sender=sender.lstrip("+")), name="R"))
        drain.run()

    def taps(self, pk: str, sender: str = PHONE) -> None:
        """A button of a message is tapped."""
        message = text_message("", sender=sender.lstrip("+"))
        del message["text"]
        message |= {
            "type": "interactive",
            "interactive": {"type": "button_reply", "button_reply": {"id": pk, "title": "x"}},
        }
        keep(delivery(PNID, message))
        drain.run()

    def tick(self) -> None:
        """What is due is done."""
        ticker.run()


def text_of(answer: Any) -> str:
    """What a browser shows, with its signs as they are."""
    return html.unescape(answer.content.decode())


def forget_limits() -> None:
    """Nobody has come yet."""
    client = limits._script().registered_client
    for key in client.scan_iter("book:*"):
        client.delete(key)


@pytest.fixture
def visitor(chair: Chair, monkeypatch: pytest.MonkeyPatch) -> Iterator[Visitor]:
    """The clock shows ten in the morning; Meta has looked at the page's texts."""
    monkeypatch.setattr(clock, "_offset", timedelta(0))
    templates._looked_at.clear()
    policy.forget()
    forget_limits()
    made = Visitor(chair, monkeypatch)
    made.at((clock.now().astimezone(ZONE) + timedelta(days=1)).replace(hour=10, minute=0, second=0, microsecond=0))
    chair.day = clock.now().astimezone(ZONE).date() + timedelta(days=7)
    with inside(chair.salon_id):
        ContactPolicy.objects.get_or_create(pk=1)
        templates.ensure(accounts())
        MessageTemplate.objects.filter(name__in=templates.NAMES.values()).update(
            status="approved", meta_id="1", submitting_at=None
        )
    yield made
    policy.forget()
    forget_limits()
