"""The states of a subscription, and one table of what each may do.

A salon without a subscription is active on its plan (the demo, salons that the platform does not bill). Who has not
paid keeps everything that is theirs: nothing is deleted, everything can be looked at and taken out, guests' messages
are kept, and /billing/ is always open.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from billing.plans.queries import terms_of
from ops import clock


class State(models.TextChoices):
    """How a salon stands with what it pays."""

    TRIALING = "trialing", _("Trial")
    ACTIVE = "active", _("Active")
    PAST_DUE = "past_due", _("Payment is due")
    CANCELED = "canceled", _("Canceled")
    SUSPENDED = "suspended", _("Suspended")
    PAUSED = "paused", _("Paused")


# What is asked, and where:
SEND_REPLIES: Final = "send_replies"  # answers to what guests write (channels_wa.outbox.subscription, the inbox)
SEND_SERVICE: Final = "send_service"  # reminders and other news of a visit (channels_wa.outbox.subscription)
SEND_CAMPAIGNS: Final = "send_campaigns"  # offers (channels_wa.outbox.subscription)
CREATE: Final = "create"  # more of what a plan counts (billing.quotas)
PORTAL_WRITE: Final = "portal_write"  # changes by the team (billing.subscriptions.middleware)
API_WRITE: Final = "api_write"  # changes by programs (api.permissions)
# New visits by guests themselves (crm.bookings.page): nobody could confirm them, remind of them or move them. What was
# booked before stays, and its guest can still look at it, move it and call it off.
TAKE_BOOKINGS: Final = "take_bookings"
WHATS: Final = (SEND_REPLIES, SEND_SERVICE, SEND_CAMPAIGNS, CREATE, PORTAL_WRITE, API_WRITE, TAKE_BOOKINGS)

_EVERYTHING: Final = frozenset(WHATS)
MAY: Final[Mapping[State, frozenset[str]]] = {
    State.TRIALING: _EVERYTHING,
    State.ACTIVE: _EVERYTHING,
    # In the days of grace the salon works; only what costs most waits for the payment.
    State.PAST_DUE: _EVERYTHING - {SEND_CAMPAIGNS},
    # What was paid for has ended; the salon lives on Free, whose limits say how much.
    State.CANCELED: _EVERYTHING,
    State.SUSPENDED: frozenset(),
    State.PAUSED: frozenset(),
}
# In a state that sends nothing, conversations that went on when it began are brought to their end: as long as a
# guest's message of the moment before can be answered at all (Meta's service window).
REPLY_GRACE: Final = timedelta(hours=24)
# So long a salon whose payment failed works on, before it is suspended.
GRACE: Final = timedelta(days=14)


def allows(state: State, what: str, *, since: datetime | None = None, now: datetime | None = None) -> bool:
    """Whether a state that began at `since` allows it. Raises KeyError for what nobody may ask."""
    if what not in _EVERYTHING:
        raise KeyError(what)
    if what in MAY[state]:
        return True
    return what == SEND_REPLIES and since is not None and (now or clock.now()) < since + REPLY_GRACE


def may(salon_id: int, what: str) -> bool:
    """Whether a salon may do it now; a few seconds old."""
    terms = terms_of(salon_id)
    return allows(State(terms.state or State.ACTIVE), what, since=terms.state_since)
