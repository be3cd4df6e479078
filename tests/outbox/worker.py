"""A process of its own for tests that kill it: `python -m tests.outbox.worker prepare|enqueue|send|settle|live`."""

import json
import os
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from channels_wa.messages.models import Message  # noqa: E402
from channels_wa.numbers.actions import NewNumber, connect  # noqa: E402
from channels_wa.numbers.models import Number  # noqa: E402
from channels_wa.outbox import dispatcher, settling  # noqa: E402
from channels_wa.outbox.actions import enqueue_many  # noqa: E402
from channels_wa.outbox.message import AT_MOST_ONCE, NewMessage  # noqa: E402
from channels_wa.outbox.models import OutboxItem  # noqa: E402
from ops import clock  # noqa: E402
from ops.salon import run_in_salon  # noqa: E402
from tests.world import open_two_salons  # noqa: E402

pause = threading.Event()


def prepare() -> None:
    """A salon with a number in the sandbox."""
    call_command("migrate_schemas", schema_name="public", verbosity=0)
    salon = open_two_salons().aurora
    connect(salon.pk, NewNumber("333333333333333", "3" * 15, "+55 11 3333-3333", "token", throughput_mps=1000))


def enqueue(certainty: str, first: str, count: str) -> None:
    """Messages to guests of their own."""
    number = Number.objects.get(phone_number_id="333333333333333")
    guests = range(int(first), int(first) + int(count))

    def write() -> None:
        Message.objects.bulk_create(
            Message(
                direction="in", type="text", status="received", contact_id=guest, conversation_id=guest,
                number_id=number.pk, at=clock.now(),
            )
            for guest in guests
        )  # fmt: skip
        enqueue_many(
            [
                NewMessage(
                    contact_id=guest, conversation_id=guest, number_id=number.pk, recipient_kind="phone",
                    recipient=f"5511{guest:09d}", text=certainty, certainty=certainty,
                )
                for guest in guests
            ]
        )  # fmt: skip

    run_in_salon(number.salon_id, write)


def send() -> None:
    """Send what is due."""
    dispatcher.run_replies(clock.real() + timedelta(seconds=20))


def settle() -> None:
    """As if an hour had passed: settle, send what that asks for, settle again; then how everything stands."""
    for _ in range(2):
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE outbox_item SET lease_until = lease_until - interval '1 hour', "
                "attempt_at = attempt_at - interval '1 hour'"
            )
        settling.run()
        send()
    print(json.dumps(list(OutboxItem.objects.order_by("id").values_list("state", "outcome"))))


def live(first: str) -> None:
    """As in a worker: a thread dispatches; ten answers one after the other, and how long each took to be accepted."""
    dispatcher.run_replies()
    took = []
    for guest in range(int(first), int(first) + 10):
        began = time.perf_counter()
        enqueue(AT_MOST_ONCE, str(guest), "1")
        while OutboxItem.objects.exclude(state="settled").exists() and time.perf_counter() - began < 20:
            pause.wait(0.001)
        took.append(time.perf_counter() - began)
    dispatcher.stop()
    print(json.dumps([sorted(took)[5], list(OutboxItem.objects.order_by("id").values_list("state", "outcome"))]))


COMMANDS: dict[str, Callable[..., None]] = {
    "prepare": prepare,
    "enqueue": enqueue,
    "send": send,
    "settle": settle,
    "live": live,
}

if __name__ == "__main__":
    COMMANDS[sys.argv[1]](*sys.argv[2:])
