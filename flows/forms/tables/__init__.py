"""Which fields the form of each node type has: labels, help, order, and what is shown when."""

from collections.abc import Sequence
from typing import Final

from flows.forms.fields import Field
from flows.forms.tables import bookings, guest, logic, messages, outside, questions, start, team, waiting

TABLES: Final[dict[str, Sequence[Field]]] = {
    "start": start.START,
    "send_message": messages.SEND_MESSAGE,
    "send_template": messages.SEND_TEMPLATE,
    "ask": questions.ASK,
    "condition": logic.CONDITION,
    "switch": logic.SWITCH,
    "split": logic.SPLIT,
    "set_variable": logic.SET_VARIABLE,
    "business_hours": logic.BUSINESS_HOURS,
    "wait": waiting.WAIT,
    "wait_until": waiting.WAIT_UNTIL,
    "wait_for": waiting.WAIT_FOR,
    "tag_contact": guest.TAG_CONTACT,
    "set_field": guest.SET_FIELD,
    "consent": guest.CONSENT,
    "assign": team.ASSIGN,
    "hand_over": team.HAND_OVER,
    "tell_team": team.TELL_TEAM,
    "close_conversation": (),
    "move_deal": team.MOVE_DEAL,
    "add_task": team.ADD_TASK,
    "http_request": outside.HTTP_REQUEST,
    "webhook": outside.WEBHOOK,
    "subflow": outside.SUBFLOW,
    "choose_service": bookings.CHOOSE_SERVICE,
    "choose_professional": bookings.CHOOSE_PROFESSIONAL,
    "find_slots": bookings.FIND_SLOTS,
    "hold_slot": bookings.HOLD_SLOT,
    "book": bookings.BOOK,
    "find_booking": bookings.FIND_BOOKING,
    "reschedule": bookings.RESCHEDULE,
    "cancel_booking": bookings.CANCEL_BOOKING,
    "join_waitlist": bookings.JOIN_WAITLIST,
    "visit_rhythm": bookings.VISIT_RHYTHM,
    "once_in": bookings.ONCE_IN,
    "end": (),
}
