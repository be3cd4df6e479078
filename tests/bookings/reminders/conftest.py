"""A guest who is reminded, and what comes back."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from channels_wa.inbound import drain
from channels_wa.message_templates.models import MessageTemplate
from channels_wa.message_templates.queries import accounts
from channels_wa.messages.models import Message
from channels_wa.outbox.models import OutboxItem
from crm.bookings.models import Booking, Reminder
from crm.bookings.reminders import templates
from crm.consent import policy
from crm.consent.models import ContactPolicy
from ops import clock
from ops.eventqueue import handling
from ops.salon import inside
from ops.timers import ticker
from tests.bookings.conftest import ZONE, Chair
from tests.incoming import delivery, keep, text_message

PNID, PHONE = "1" * 15, "5511988885678"


@dataclass
class Guest:
    """Carla, her visit at Aurora, and the clock."""

    chair: Chair
    monkeypatch: pytest.MonkeyPatch

    def at(self, moment: datetime) -> None:
        """Set the clock."""
        self.monkeypatch.setattr(clock, "_offset", clock._offset + (moment - clock.now()))

    def tick(self) -> None:
        """What is due is done, and those who listen hear of it."""
        ticker.run()
        while handling.run():
            pass

    def reminded(self, text: str = "15:00", **more: Any) -> Booking:
        """A visit of which she was reminded a day before."""
        booking = self.chair.book(text, **more)
        self.at(booking.starts_at - timedelta(hours=24))
        self.tick()
        return booking

    def says(self, text: str, **more: Any) -> None:
        """She writes, having got what was sent before."""
        self.got()
        keep(delivery(PNID, text_message(text, sender=PHONE, **more)))
        drain.run()

    def got(self) -> None:
        """WhatsApp was called with what waited."""
        with inside(self.chair.salon_id):
            OutboxItem.objects.filter(state="queued").update(attempts=1)

    def taps(self, answer: str) -> None:
        """She taps a button or a row of what was said last; `answer` is in its id or title."""
        payload = self.last().payload
        found = self._replies(payload)
        pk, title = next(one for one in found if answer in one[0] or answer in one[1])
        self.sends(pk, title, is_row="rows" in payload)

    def sends(self, pk: str, title: str = "x", *, is_row: bool = False) -> None:
        """A button's id comes in."""
        kind = "list_reply" if is_row else "button_reply"
        message = text_message("", sender=PHONE)
        del message["text"]
        message |= {"type": "interactive", "interactive": {"type": kind, kind: {"id": pk, "title": title}}}
        keep(delivery(PNID, message))
        drain.run()

    def last(self) -> Message:
        """What Aurora said last."""
        with inside(self.chair.salon_id):
            found = Message.objects.filter(direction="out").order_by("pk").last()
        assert found is not None
        return found

    def said(self) -> list[str]:
        """All of it."""
        with inside(self.chair.salon_id):
            return list(Message.objects.filter(direction="out").order_by("pk").values_list("text", flat=True))

    def rows(self, booking: Booking) -> list[tuple[str, str, str]]:
        """Its reminders: state, channel, reason."""
        with inside(self.chair.salon_id):
            found = Reminder.objects.filter(booking=booking).order_by("pk")
            return list(found.values_list("state", "channel", "reason"))

    def approve(self) -> None:
        """Meta has looked at the texts."""
        with inside(self.chair.salon_id):
            MessageTemplate.objects.filter(name=templates.NAME).update(
                status="approved", meta_id="1", submitting_at=None
            )

    @staticmethod
    def _replies(payload: dict[str, Any]) -> list[tuple[str, str]]:
        if "components" in payload:
            return [
                (one["parameters"][0]["payload"], str(one["index"]))
                for one in payload["components"]
                if one["type"] == "button"
            ]
        return [(one["id"], one["title"]) for one in payload.get("buttons", payload.get("rows", []))]


@pytest.fixture
def guest(chair: Chair, monkeypatch: pytest.MonkeyPatch) -> Iterator[Guest]:
    """She has not written; the texts of the reminder are approved; the clock shows ten in the morning."""
    monkeypatch.setattr(clock, "_offset", timedelta(0))
    templates._looked_at.clear()
    policy.forget()
    made = Guest(chair, monkeypatch)
    made.at((clock.now().astimezone(ZONE) + timedelta(days=1)).replace(hour=10, minute=0, second=0, microsecond=0))
    with inside(chair.salon_id):
        ContactPolicy.objects.get_or_create(pk=1)
        templates.ensure(accounts())
    made.approve()
    yield made
    policy.forget()
