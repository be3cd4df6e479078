"""Guests who wait, and a place that becomes free."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from channels_wa.inbound import drain
from channels_wa.message_templates.models import MessageTemplate
from channels_wa.message_templates.queries import accounts
from channels_wa.messages.models import Identity, Message
from channels_wa.outbox.models import OutboxItem
from crm.bookings.actions import states
from crm.bookings.models import Booking, WaitlistEntry, WaitlistOffer
from crm.bookings.notices import templates
from crm.bookings.waitlist import actions, offering
from crm.consent import policy
from crm.consent.models import ContactPolicy
from crm.contacts.models import Contact
from ops import clock
from ops.eventqueue import handling
from ops.salon import inside
from ops.timers import ticker
from tests.bookings.conftest import ZONE, Chair
from tests.incoming import delivery, keep, text_message

PNID = "1" * 15


@dataclass
class Line:
    """Who waits at Aurora, and the clock."""

    chair: Chair
    monkeypatch: pytest.MonkeyPatch
    phones: dict[int, str] = field(default_factory=dict)

    def guest(self, name: str, phone: str = "") -> Contact:
        """Somebody with a phone; the first is the chair's own guest."""
        with inside(self.chair.salon_id):
            found = Contact.objects.create(name=name)
            if phone:
                Identity.objects.create(
                    portfolio="1" * 16, kind="phone", value=f"+{phone}", contact_id=found.pk, created_at=clock.now()
                )
                self.phones[found.pk] = phone
        return found

    def wait(self, contact: Contact, **more: Any) -> WaitlistEntry:
        """They wait for a cut, all the week around the chair's day."""
        wanted = actions.Wanted(
            **{
                "service_ids": [self.chair.cut.pk],
                "from_date": self.chair.day - timedelta(days=3),
                "to_date": self.chair.day + timedelta(days=3),
                **more,
            }
        )
        with inside(self.chair.salon_id):
            return actions.join(contact, wanted, by=None, source="portal")

    def free(self, booking: Booking) -> None:
        """Its guest cancels."""
        with inside(self.chair.salon_id):
            states.cancel(booking, by=None)
        self.tick()

    def at(self, moment: datetime) -> None:
        """Set the clock."""
        self.monkeypatch.setattr(clock, "_offset", clock._offset + (moment - clock.now()))

    def later(self, **more: float) -> None:
        """Time goes by."""
        self.at(clock.now() + timedelta(**more))
        self.tick()

    def tick(self) -> None:
        """What is due is done, and those who listen hear of it, until nothing more happens."""
        for _ in range(6):
            while handling.run():
                pass
            if not ticker.run():
                break

    def offers(self) -> list[tuple[str, str]]:
        """Whose and how they stand, in their order."""
        with inside(self.chair.salon_id):
            rows = WaitlistOffer.objects.order_by("pk").select_related("entry__contact")
            return [(row.entry.contact.name, str(row.state)) for row in rows]

    def offer(self) -> WaitlistOffer:
        """The newest."""
        with inside(self.chair.salon_id):
            return WaitlistOffer.objects.select_related("booking", "entry__contact").order_by("-pk")[0]

    def entry(self, entry: WaitlistEntry) -> WaitlistEntry:
        """How it is now."""
        with inside(self.chair.salon_id):
            return WaitlistEntry.objects.get(pk=entry.pk)

    def says(self, contact: Contact, text: str) -> None:
        """They write, having got what was sent before."""
        self._got()
        keep(delivery(PNID, text_message(text, sender=self.phones[contact.pk])))
        drain.run()
        self.tick()

    def taps(self, contact: Contact, answer: str, of: WaitlistOffer | None = None) -> None:
        """They tap a button of an offer, or a row."""
        self._got()
        pk = answer if ":" in answer else f"wl:{(of or self.offer()).pk}:{answer}"
        message = text_message("", sender=self.phones[contact.pk])
        del message["text"]
        message |= {
            "type": "interactive",
            "interactive": {"type": "button_reply", "button_reply": {"id": pk, "title": "x"}},
        }
        keep(delivery(PNID, message))
        drain.run()
        self.tick()

    def last(self, contact: Contact) -> Message:
        """What Aurora said to them last."""
        with inside(self.chair.salon_id):
            found = Message.objects.filter(direction="out", contact_id=contact.pk).order_by("pk").last()
        assert found is not None
        return found

    def said(self, contact: Contact) -> list[str]:
        """All that was said to them."""
        with inside(self.chair.salon_id):
            rows = Message.objects.filter(direction="out", contact_id=contact.pk).order_by("pk")
            return list(rows.values_list("text", flat=True))

    def _got(self) -> None:
        with inside(self.chair.salon_id):
            OutboxItem.objects.filter(state="queued").update(attempts=1)


@pytest.fixture
def line(chair: Chair, monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    """The text of the offer is approved; the clock shows ten in the morning, six days before the chair's day."""
    monkeypatch.setattr(clock, "_offset", timedelta(0))
    templates._looked_at.clear()
    policy.forget()
    made = Line(chair, monkeypatch, {chair.contact.pk: "5511988885678"})
    made.at((clock.now().astimezone(ZONE) + timedelta(days=1)).replace(hour=10, minute=0, second=0, microsecond=0))
    with inside(chair.salon_id):
        ContactPolicy.objects.get_or_create(pk=1)
        templates.ensure(offering.NAME, accounts())
        MessageTemplate.objects.filter(name=offering.NAME).update(status="approved", meta_id="1", submitting_at=None)
    yield made
    policy.forget()
