"""What the steps of INBOUND_STEPS get and give back.

Each step is called inside the salon with a batch of messages of different senders:
- a *keep* step returns the batch with what it found out (`dataclasses.replace`), in the same order;
- an *answer* step returns, for each message, whether it has been handled; later steps get the others. `LATER` says that
  it cannot be answered yet: it is brought again soon, and the guest's next messages wait behind it;
- a *tell* step is called after the commit and returns nothing;
- an *elsewhere* step is a keep step for what was exchanged without us: on the salon's phone, or before the number was
  connected. A batch may hold several messages of one guest.

A step of a keep may raise `DoFirst`: what it names is done in a transaction of its own, then the keep begins anew.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from channels_wa.inbound.parse import InboundMessage

LATER: Final = "later"
# Stands in a message until a step has found who and where it is.
NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message of a guest, on its way through the steps."""

    item_id: int
    number_id: int
    # Identities are scoped to it.
    portfolio: str
    message: InboundMessage
    # When we took it: the product's time. Meta's own seconds are for display only.
    at: datetime
    # A guest's message is "in"; "out" is what the salon wrote on its phone.
    direction: str = "in"
    # Where it was exchanged, if not here between the salon and one guest (channels_wa.messages.models.Source).
    source: str = ""
    status: str = "delivered"
    reason: str = ""
    contact_id: int = 0
    contact_public_id: UUID = NOBODY
    contact_name: str = ""
    is_new_contact: bool = False
    # Kept and read by nobody: no flow answers, nobody is told.
    is_blocked: bool = False
    conversation_id: int = 0
    conversation_public_id: UUID = NOBODY
    bot_on: bool = True
    message_id: int = 0
    message_public_id: UUID = NOBODY


class DoFirst(Exception):
    """Something must be done, with nothing of this batch half done, before it can be kept."""

    def __init__(self, what: Callable[[], None]) -> None:
        super().__init__("something must be done first")
        self.what = what


@cache
def steps(stage: str) -> tuple[Any, ...]:
    """The steps of a stage, imported by their paths."""
    return tuple(import_string(path) for path in settings.INBOUND_STEPS[stage])
