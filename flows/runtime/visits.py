"""Flows and the calendar: what flows ask of bookings is answered at once, in the transaction of the step.

The booking commits with the state of the execution that wanted it, which never takes that step again (I9): who dies in
between has done neither.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from django.db import DatabaseError, OperationalError, transaction

from crm.bookings.talking import acts, choices, times, visits, waiting
from crm.bookings.talking.acts import Guest
from crm.contacts.models import Contact
from flows.runtime.subflows import Reply

if TYPE_CHECKING:
    from flows.runtime.requests import Asking

JSON = dict[str, Any]
LOOKS: Final[dict[str, Callable[[JSON, Contact | None], JSON]]] = {
    "booking.services": lambda asked, _contact: choices.services(asked),
    "booking.professionals": lambda asked, _contact: choices.professionals(asked),
    "booking.slots": times.slots,
    "booking.visits": visits.visits,
    "booking.rhythm": visits.rhythm,
}
ACTS: Final[dict[str, Callable[[JSON, Guest], JSON]]] = {
    "booking.hold": acts.hold_slot,
    "booking.book": acts.book_slot,
    "booking.reschedule": acts.reschedule,
    "booking.cancel": acts.cancel,
    "booking.wait": waiting.join,
}
NAMES: Final = frozenset({*LOOKS, *ACTS})


def answers(asked: dict[str, list["Asking"]]) -> list[Reply]:
    """What the calendar says to all that these executions ask of it."""
    wanted = [(name, one) for name, group in asked.items() if name in NAMES for one in group]
    if not wanted:
        return []
    contacts = _contacts([one for _name, one in wanted])
    guests = {id(one): _guest(one, contacts) for _name, one in wanted}
    if doing := [(one.event.payload, guests[id(one)]) for name, one in wanted if name in ACTS]:
        acts.wait_for_all(doing)
    return [_answer(name, one, guests[id(one)]) for name, one in wanted]


def _answer(name: str, one: "Asking", guest: Guest) -> Reply:
    asked = one.event.payload
    try:
        with transaction.atomic():
            found = ACTS[name](asked, guest) if name in ACTS else LOOKS[name](asked, guest.contact)
    except OperationalError:
        # A deadlock or a lost connection: the whole step is tried again.
        raise
    except DatabaseError:
        return Reply(one.execution, one.event.token, error="failed")
    return Reply(one.execution, one.event.token, {"status": 200, "json": found})


def _guest(one: "Asking", contacts: dict[int, Contact]) -> Guest:
    execution = one.execution
    step = f"{execution.public_id}:{one.event.seq}"
    return Guest(contacts.get(execution.contact_id), execution.conversation_id, step)


def _contacts(asking: Sequence["Asking"]) -> dict[int, Contact]:
    """By key, each as the one that it has become part of."""
    found = Contact.with_merged.select_related("merged_into").in_bulk({one.execution.contact_id for one in asking})
    return {pk: one.merged_into or one for pk, one in found.items()}
