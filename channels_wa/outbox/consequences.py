"""What an error of WhatsApp's says beyond its own message: of the guest, of the template. Others hear it as events."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from django.db import connection

from channels_wa.adapters.outcome import ErrorClass
from ops.events.actions import NewEvent, emit_many

# Meta: the guest stopped this business's marketing messages.
STOPPED_MARKETING: Final = 131050
# About the message and the kind of address, not about whether the guest can be reached.
_NOT_OF_THE_GUEST: Final = {131062}


class Failed(NamedTuple):
    """A message that an error ended."""

    message_id: int
    code: int
    error_class: ErrorClass


def tell(failed: Sequence[Failed]) -> None:
    """Write the events, inside the salon and the transaction that records the errors.

    `contact.opted_out` {contact, number, purpose, source}, `contact.unreachable` {contact, number, code, source},
    `template.refused` {number, name, language, code}; contact and number are our ids, the subject is the message.
    """
    concerned = [one for one in failed if one.error_class in (ErrorClass.RECIPIENT, ErrorClass.TEMPLATE_STATE)]
    if not concerned:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, public_id, contact_id, number_id, payload ->> 'name', payload -> 'language' ->> 'code' "
            "FROM message WHERE id = ANY(%s)",
            [[one.message_id for one in concerned]],
        )
        rows = {row[0]: row[1:] for row in cursor.fetchall()}
    told = [_event(one, rows[one.message_id]) for one in concerned if one.message_id in rows]
    emit_many([event for event in told if event is not None])


def _event(one: Failed, row: tuple[Any, ...]) -> NewEvent | None:
    public_id, contact_id, number_id, name, language = row
    if one.error_class is ErrorClass.TEMPLATE_STATE:
        payload = {"number": number_id, "name": name or "", "language": language or "", "code": one.code}
        return NewEvent("template.refused", public_id, payload)
    if one.code in _NOT_OF_THE_GUEST:
        return None
    of_guest = {"contact": contact_id, "number": number_id, "source": f"meta:{one.code}"}
    if one.code == STOPPED_MARKETING:
        return NewEvent("contact.opted_out", public_id, {**of_guest, "purpose": "marketing"})
    return NewEvent("contact.unreachable", public_id, {**of_guest, "code": one.code})
