"""Telling a guest that their message was read, and that somebody writes. Never in the way of a page, never again.

Both are a courtesy: where WhatsApp cannot be reached nothing is tried a second time, and nothing is kept of it.
"""

import asyncio
import logging
from typing import NamedTuple

from django.core.cache import cache
from django.db import transaction

from channels_wa.adapters import adapter_of
from channels_wa.adapters.base import Sender
from channels_wa.messages.models import Message
from channels_wa.numbers.actions import token_of
from channels_wa.numbers.models import Number
from channels_wa.numbers.queries import own_numbers
from channels_wa.outbox.window import NOT_WRITTEN_BY_THE_GUEST
from crm.inbox.models import Conversation
from ops import background
from ops.sealing import CannotOpen

log = logging.getLogger(__name__)

# A guest who writes five lines in a row gets one mark, on the last of them.
PATIENCE_S = 1.0
# WhatsApp shows "typing" for so long (WHATSAPP.md §2); until then another call says nothing new.
TYPING_S = 20
_REMEMBERED_S = 24 * 3600


class _Mark(NamedTuple):
    kind: str
    sender: Sender
    wamid: str
    typing: bool


def tell_read(conversation: Conversation) -> None:
    """Once the transaction has committed: the guest's newest message was read. Each is told once."""
    mark = _mark(conversation, typing=False)
    if mark and cache.get(_key(conversation)) != mark.wamid:
        cache.set(_key(conversation), mark.wamid, _REMEMBERED_S)
        transaction.on_commit(lambda: _later(conversation.pk, mark))


def tell_typing(conversation: Conversation) -> None:
    """Show the guest that somebody writes; asked for as often as one likes, told every twenty seconds at most."""
    if not cache.add(f"typing:{conversation.pk}", 1, TYPING_S):
        return
    mark = _mark(conversation, typing=True)
    if mark:
        # It marks as read, too.
        cache.set(_key(conversation), mark.wamid, _REMEMBERED_S)
        transaction.on_commit(lambda: background.start(_tell(mark)))


def _mark(conversation: Conversation, *, typing: bool) -> _Mark | None:
    number = own_numbers().filter(pk=conversation.number_id, state=Number.State.ACTIVE).first()
    newest = (
        Message.objects.filter(conversation_id=conversation.pk, direction="in", wamid__isnull=False)
        .exclude(type__in=NOT_WRITTEN_BY_THE_GUEST)
        .order_by("-pk")
        .values_list("wamid", flat=True)
        .first()
    )
    if number is None or not newest or (typing and not adapter_of(number.adapter).capabilities.has_typing):
        return None
    try:
        token = token_of(number) if number.sealed_token else ""
    except CannotOpen:
        return None
    return _Mark(number.adapter, Sender(number.phone_number_id, token), newest, typing)


def _key(conversation: Conversation) -> str:
    return f"told-read:{conversation.pk}"


# Of this process: the newest mark of each conversation that is about to be told. Touched on the background loop only.
_waiting: dict[tuple[str, int], _Mark] = {}


def _later(conversation_id: int, mark: _Mark) -> None:
    background.start(_after_a_moment((mark.sender.phone_number_id, conversation_id), mark))


async def _after_a_moment(place: tuple[str, int], mark: _Mark) -> None:
    is_first = place not in _waiting
    _waiting[place] = mark
    if is_first:
        await asyncio.sleep(PATIENCE_S)
        await _tell(_waiting.pop(place))


async def _tell(mark: _Mark) -> None:
    try:
        await adapter_of(mark.kind).mark_read(mark.sender, mark.wamid, typing=mark.typing)
    except Exception:
        log.warning("a read mark was not told", exc_info=True)
