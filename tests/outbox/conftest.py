"""A number whose messages go to the memory adapter, and guests who wrote a moment ago."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
import redis
from django.db import connection

from channels_wa.adapters import ADAPTERS
from channels_wa.adapters.memory.adapter import MemoryAdapter
from channels_wa.messages.models import Message
from channels_wa.numbers.models import Number
from channels_wa.outbox import dispatcher, statuses
from channels_wa.outbox.actions import enqueue_many
from channels_wa.outbox.message import Enqueued, NewMessage
from channels_wa.outbox.models import OutboxItem
from channels_wa.outbox.statuses import Applied
from config.env import env
from ops import clock
from ops.salon import run_in_salon
from tests.world import Salons

_ids = count(1000)


@dataclass
class Out:
    """Aurora's outbox as a test uses it."""

    salon_id: int
    number: Number
    phone: MemoryAdapter
    guests: Iterator[int] = field(default_factory=lambda: _ids)

    def guest(self, *, wrote: timedelta | None = timedelta(minutes=1)) -> int:
        """The id of a contact who wrote so long ago, or never."""
        contact_id = next(self.guests)
        if wrote is not None:
            run_in_salon(self.salon_id, lambda: self._wrote(contact_id, clock.now() - wrote))
        return contact_id

    def message(self, contact_id: int, **changes: Any) -> NewMessage:
        fields = {"recipient_kind": "phone", "recipient": f"55119{contact_id:08d}", "text": "Oi!", **changes}
        return NewMessage(contact_id=contact_id, conversation_id=contact_id, number_id=self.number.pk, **fields)

    def enqueue(self, *messages: NewMessage) -> list[Enqueued]:
        return run_in_salon(self.salon_id, lambda: enqueue_many(messages))

    def say(self, contact_id: int | None = None, **changes: Any) -> Enqueued:
        """Enqueue one message, to a new guest unless told."""
        return self.enqueue(self.message(contact_id or self.guest(), **changes))[0]

    def run(self, seconds: float = 5, *, campaigns: bool = False) -> int:
        until = clock.real() + timedelta(seconds=seconds)
        return (dispatcher.run_campaigns if campaigns else dispatcher.run_replies)(until)

    def shown(self, one: Enqueued) -> tuple[str, str]:
        """A message's status and reason."""
        row = run_in_salon(
            self.salon_id, lambda: Message.objects.values_list("status", "reason").get(pk=one.message_id)
        )
        return row[0], row[1]

    def status(self, one: Enqueued) -> str:
        return self.shown(one)[0]

    def wamid(self, one: Enqueued) -> str | None:
        return run_in_salon(
            self.salon_id, lambda: Message.objects.values_list("wamid", flat=True).get(pk=one.message_id)
        )

    def item(self, one: Enqueued) -> OutboxItem:
        return OutboxItem.objects.get(pk=one.item_id)

    def apply(self, *updates: "Told") -> Sequence[Applied]:
        return run_in_salon(self.salon_id, lambda: statuses.apply(updates))

    def age(self, one: Enqueued, seconds: float) -> None:
        """Let time pass for one attempt."""
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE outbox_item SET attempt_at = attempt_at - make_interval(secs => %s), "
                "lease_until = lease_until - make_interval(secs => %s) WHERE id = %s",
                [seconds, seconds, one.item_id],
            )

    def _wrote(self, contact_id: int, at: datetime) -> None:
        Message.objects.create(
            direction="in", type="text", status="received", contact_id=contact_id, conversation_id=contact_id,
            number_id=self.number.pk, at=at,
        )  # fmt: skip


@dataclass(frozen=True)
class Error:
    """An error in a status."""

    code: int | None
    title: str = ""
    details: str = ""


@dataclass(frozen=True)
class Told:
    """A status as the drain hands it on."""

    status: str
    wamid: str = "wamid.unheard-of"
    attempt: str | None = None
    at: datetime | None = None
    errors: tuple[Error, ...] = ()
    pricing: dict[str, Any] | None = None


@pytest.fixture
def out(salons: Salons, db: None, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Out]:
    # Its own check only: quiet hours and consent have tests of their own, and depend on the hour.
    settings.OUTBOUND_CHECKS = ["channels_wa.outbox.window.check"]
    phone = MemoryAdapter()
    monkeypatch.setitem(ADAPTERS, "memory", phone)
    n = next(_ids)
    number = Number.objects.create(
        salon_id=salons.aurora.pk, adapter="memory", phone_number_id=f"9{n}", waba_id=f"8{n}", display_phone=f"7{n}",
        throughput_mps=1000,
    )  # fmt: skip
    made: list[dispatcher.Dispatcher] = []

    def fresh(group: dispatcher.Group) -> dispatcher.Dispatcher:
        found = next((one for one in made if one.group is group), None)
        if found is None:
            made.append(found := dispatcher.Dispatcher(group, records_aside=False))
        return found

    monkeypatch.setattr(dispatcher, "dispatcher_of", fresh)
    yield Out(salons.aurora.pk, number, phone)


@pytest.fixture
def skip_time() -> Iterator[Callable[[timedelta], None]]:
    """Move the product's time for this test."""

    def skip(by: timedelta) -> None:
        clock._offset += by

    before = clock._offset
    yield skip
    clock._offset = before


@pytest.fixture
def valkey() -> Iterator[redis.Redis]:
    client = redis.Redis.from_url(env.redis_url)
    yield client
    client.close()
