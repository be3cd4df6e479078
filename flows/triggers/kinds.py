"""Events that may begin a flow, with their words. Each has its handler in EVENT_HANDLERS (config/lists.py)."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

EVENTS: Final[dict[str, str | Promise]] = {
    "booking.booked": _("A visit was booked"),
    "booking.confirmed": _("A guest confirmed a visit"),
    "booking.moved": _("A visit was moved"),
    "booking.cancelled": _("A visit was cancelled"),
    "booking.arrived": _("A guest has arrived"),
    "booking.done": _("A visit is done"),
    "booking.no_show": _("A guest did not come"),
    "booking.expired": _("A held time was not booked"),
    "booking.unanswered": _("A guest did not answer a reminder"),
    "consent.changed": _("A guest agreed to something or stopped it"),
    "contact.created": _("A contact is new"),
    "contact.changed": _("Something about a contact changed"),
    "contact.opted_out": _("A guest stopped offers"),
    "contact.unreachable": _("WhatsApp cannot reach a guest"),
    "conversation.assigned": _("A conversation was given to somebody"),
    "conversation.closed": _("A conversation was closed"),
    "conversation.handed_over": _("A flow handed a conversation over to people"),
    "conversation.reopened": _("A conversation was opened again"),
    "deal.created": _("A deal is new"),
    "deal.stage_changed": _("A deal moved to another stage"),
    "deal.won": _("A deal was won"),
    "deal.lost": _("A deal was lost"),
    "deal.reopened": _("A deal was opened again"),
    "message.failed": _("A message could not be delivered"),
    "task.done": _("A task was done"),
}
TAGGED: Final = "contact.changed"
