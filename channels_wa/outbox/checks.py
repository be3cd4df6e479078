"""Asking OUTBOUND_CHECKS: when a message is written, and again right before the call."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from ops.one_look import one_look


@dataclass(frozen=True, slots=True)
class OutboundFacts:
    """What a check may judge by, of one message."""

    contact_id: int
    conversation_id: int
    number_id: int
    type: str
    purpose: str
    # When the guest last wrote to this number; None: never.
    last_inbound_at: datetime | None
    # What the message carries beside its text: media, template, buttons.
    payload: Mapping[str, Any] = field(default_factory=dict)
    # None while it is being written; right before the call its row: then a check may count it.
    message_id: int | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a message must not leave; with `until` it waits, without it is cancelled."""

    reason: str
    until: datetime | None = None


Check = Callable[[Sequence[OutboundFacts], datetime], list[Refusal | None]]


def ask(batch: Sequence[OutboundFacts], *, now: datetime) -> list[Refusal | None]:
    """The first refusal of each message, None where every check agrees. Called inside the salon."""
    found: list[Refusal | None] = [None] * len(batch)
    with one_look():
        for check in _checks(tuple(settings.OUTBOUND_CHECKS)):
            open_places = [place for place, refusal in enumerate(found) if refusal is None]
            if not open_places:
                break
            for place, refusal in zip(open_places, check([batch[place] for place in open_places], now), strict=True):
                found[place] = refusal
    return found


@cache
def _checks(paths: tuple[str, ...]) -> list[Check]:
    return [import_string(path) for path in paths]
