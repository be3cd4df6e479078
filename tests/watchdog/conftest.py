"""A number of Aurora's that is watched, and messages whose fate is known."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from channels_wa.messages.models import Message, StatusEvent
from channels_wa.numbers.models import Number
from channels_wa.watchdog import watching
from channels_wa.watchdog.models import Incident
from channels_wa.watchdog.reasons import Score
from ops import clock
from ops.eventqueue.handling import Heard
from ops.ids import uuid7
from ops.salon import inside, run_in_salon
from tenants.alerts.models import Alert
from tests.world import Salons

_n = count(1)


@dataclass
class Watched:
    """Aurora's number as these tests use it."""

    salon_id: int
    pk: int

    @property
    def number(self) -> Number:
        return Number.objects.get(pk=self.pk)

    def set(self, **columns: Any) -> None:
        Number.objects.filter(pk=self.pk).update(**columns)

    def check(self) -> Score:
        return run_in_salon(self.salon_id, lambda: watching.check([self.number]))[self.pk]

    def sent(
        self, how_many: int, status: str = "delivered", reason: str = "", *, ago: timedelta = timedelta(minutes=30)
    ) -> None:
        """Messages to as many guests."""
        at = clock.now() - ago
        with inside(self.salon_id):
            for _ in range(how_many):
                message = Message.objects.create(
                    direction="out", type="text", status=status, reason=reason, contact_id=next(_n), conversation_id=1,
                    number_id=self.pk, at=at, wamid=f"wamid.watch.{next(_n)}",
                )  # fmt: skip
                if status not in ("queued", "sent"):
                    StatusEvent.objects.create(message_id=message.pk, status=status, received_at=at)

    def heard(self, how_many: int, *, every: timedelta, until: timedelta) -> None:
        """Guests wrote, the last so long ago."""
        with inside(self.salon_id):
            for n in range(how_many):
                Message.objects.create(
                    direction="in", type="text", status="received", contact_id=next(_n), conversation_id=1,
                    number_id=self.pk, at=clock.now() - until - every * n, wamid=f"wamid.watch.{next(_n)}",
                )  # fmt: skip

    def incidents(self, **which: Any) -> list[str]:
        with inside(self.salon_id):
            return list(
                Incident.objects.filter(number_id=self.pk, **which).order_by("pk").values_list("kind", flat=True)
            )

    def steps(self, kind: str) -> list[str]:
        with inside(self.salon_id):
            return [step["did"] for step in Incident.objects.get(number_id=self.pk, kind=kind).log]

    def alerts(self) -> list[Alert]:
        """The open ones."""
        with inside(self.salon_id):
            return list(Alert.objects.open().order_by("pk"))

    def event(self, kind: str, **payload: Any) -> Heard:
        return Heard(1, uuid7(), kind, self.number.public_id, 1, {"number_id": self.pk, **payload}, clock.now())

    def hear(self, handler: Callable[[list[Heard]], None], *events: Heard) -> None:
        run_in_salon(self.salon_id, lambda: handler(list(events)))


@pytest.fixture
def watched(salons: Salons, db: None) -> Watched:
    number = Number.objects.get(salon_id=salons.aurora.pk)
    return Watched(salons.aurora.pk, number.pk)


@pytest.fixture
def skip_time() -> Iterator[Callable[[timedelta], None]]:
    """Move the product's time for this test."""

    def skip(by: timedelta) -> None:
        clock._offset += by

    before = clock._offset
    yield skip
    clock._offset = before
