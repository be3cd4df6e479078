"""What of the inbox goes over when two contacts are one person (crm.contacts.merging)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from django.db import connection

from crm.contacts.merging import Merge
from crm.inbox import takeover
from crm.inbox.live import tell_changed
from crm.inbox.models import Conversation
from ops import clock
from ops.eventqueue.handling import Heard

# The summary of a conversation that goes on in another one.
GOES_ON = "goes_on"
PASSED_ON = "phone_passed_on"


def choose_conversations(merge: Merge) -> Merge:
    """Where both talk over the same number, the talk that was last written in goes on, with the messages of both."""
    found = Conversation.objects.filter(contact_id__in=[merge.kept, merge.gone], closed_at=None)
    newest: dict[int, int] = {}
    pairs = {}
    for pk, number_id in found.order_by("-last_at", "-pk").values_list("pk", "number_id"):
        if number_id in newest:
            pairs[pk] = newest[number_id]
        newest.setdefault(number_id, pk)
    return replace(merge, conversations=pairs)


def move(merge: Merge) -> Merge:
    """The conversations and all messages; of a talk that goes on elsewhere, what it asked of people goes there."""
    with connection.cursor() as cursor:
        for old, new in merge.conversations.items():
            cursor.execute(
                "UPDATE conversation v SET unread = v.unread + o.unread, "
                "attention = COALESCE(NULLIF(v.attention, ''), o.attention), bot_on = v.bot_on AND o.bot_on, "
                # Silenced by hand outlasts a while, of two moments the later counts.
                "bot_resumes_at = CASE WHEN (NOT v.bot_on AND v.bot_resumes_at IS NULL) "
                "OR (NOT o.bot_on AND o.bot_resumes_at IS NULL) THEN NULL "
                "ELSE GREATEST(v.bot_resumes_at, o.bot_resumes_at) END, "
                "last_inbound_at = GREATEST(v.last_inbound_at, o.last_inbound_at) "
                "FROM conversation o WHERE v.id = %s AND o.id = %s RETURNING v.bot_resumes_at",
                [new, old],
            )
            (resumes_at,) = cursor.fetchone() or (None,)
            takeover.forget([old, new])
            takeover.plan([(new, resumes_at)] if resumes_at else [])
            cursor.execute(
                "UPDATE conversation SET closed_at = %s, unread = 0, attention = '', last_text = '', last_kind = %s, "
                "last_direction = '' WHERE id = %s",
                [clock.now(), GOES_ON, old],
            )
        cursor.execute("UPDATE conversation SET contact_id = %s WHERE contact_id = %s", [merge.kept, merge.gone])
    _move_messages(merge.kept, merge.gone, merge.conversations)
    tell_changed([*merge.conversations, *merge.conversations.values()])
    return merge


def on_merged(events: Sequence[Heard]) -> None:
    """Once more, for what somebody wrote to the old contact while it was being merged."""
    for event in events:
        pairs = {int(old): int(new) for old, new in event.payload["conversations"].items()}
        _move_messages(event.payload["kept_id"], event.payload["gone_id"], pairs)


def on_phone_passed_on(events: Sequence[Heard]) -> None:
    """A person should look at the last talk with whoever had the phone before."""
    for event in events:
        found = Conversation.objects.filter(contact_id=event.payload["contact_id"], attention="")
        newest = found.order_by("-last_at", "-pk").values_list("pk", flat=True).first()
        if newest:
            Conversation.objects.filter(pk=newest).update(attention=PASSED_ON)
            tell_changed([newest])


def _move_messages(kept: int, gone: int, conversations: Mapping[int, int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE message SET contact_id = %s WHERE contact_id = %s", [kept, gone])
        if conversations:
            cursor.execute(
                "UPDATE message m SET conversation_id = pairs.new FROM unnest(%s::bigint[], %s::bigint[]) "
                "AS pairs(old, new) WHERE m.conversation_id = pairs.old",
                [list(conversations), list(conversations.values())],
            )
