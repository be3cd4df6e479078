"""What the salon's plan and the state of its subscription let out.

Answers go on for a day after a state began that sends nothing, so that no conversation is cut off in the middle; offers
of a salon whose payment is due wait for it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from billing.plans.queries import terms_of
from billing.subscriptions.excess import first_over
from billing.subscriptions.states import SEND_CAMPAIGNS, SEND_REPLIES, SEND_SERVICE, State, allows
from channels_wa.outbox.checks import OutboundFacts, Refusal
from ops.salon import current_salon_id

REPLY, MARKETING = "reply", "marketing"
LOOK_AGAIN: Final = timedelta(hours=1)
_ASKS: Final = {REPLY: SEND_REPLIES, MARKETING: SEND_CAMPAIGNS}


def check(messages: Sequence[OutboundFacts], now: datetime) -> list[Refusal | None]:
    """Refuse what is not paid for, and what is beyond the plan."""
    salon_id = current_salon_id() or 0
    terms = terms_of(salon_id)
    state = State(terms.state or State.ACTIVE)
    may = {what: allows(state, what, since=terms.state_since, now=now) for what in (*_ASKS.values(), SEND_SERVICE)}
    # A debt is paid soon, and what waits goes; a salon that is suspended is told at once.
    until = now + LOOK_AGAIN if state == State.PAST_DUE else None
    numbers, contacts = first_over(salon_id, "numbers"), first_over(salon_id, "contacts")

    def judge(one: OutboundFacts) -> Refusal | None:
        if not may[_ASKS.get(one.purpose, SEND_SERVICE)]:
            return Refusal(f"subscription_{state}", until=until)
        if one.purpose != REPLY and numbers is not None and one.number_id >= numbers:
            return Refusal("number_beyond_plan")
        if one.purpose == MARKETING and contacts is not None and one.contact_id >= contacts:
            return Refusal("contact_beyond_plan")
        return None

    return [judge(one) for one in messages]
