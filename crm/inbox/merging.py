"""What of the inbox goes over when two contacts are one person (crm.contacts.merging)."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.db import connection, transaction

from channels_wa.messages.models import Message
from crm.contacts.merging import Merge
from crm.contacts.models import ContactMerge
from crm.inbox import takeover
from crm.inbox.kinds import kind_of
from crm.inbox.live import tell_changed
from crm.inbox.models import Conversation
from crm.inbox.summary import preview
from ops import clock
from ops.eventqueue.handling import Heard
from ops.runs import ids_of, runs_of

# The summary of a conversation that goes on in another one.
GOES_ON = "goes_on"
PASSED_ON = "phone_passed_on"
# What a merge changes in conversations that are joined.
_JOINED = (
    "contact_id",
    "unread",
    "attention",
    "bot_on",
    "bot_resumes_at",
    "last_text",
    "last_kind",
    "last_direction",
)


def choose_conversations(merge: Merge) -> Merge:
    """Where both talk over the same number, the talk that was last written in goes on, with the messages of both."""
    found = Conversation.objects.filter(contact_id__in=[merge.kept, merge.gone], closed_at=None)
    newest: dict[int, int] = {}
    pairs = {}
    for pk, number_id in found.order_by("-last_at", "-pk").values_list("pk", "number_id"):
        if number_id in newest:
            pairs[pk] = newest[number_id]
        newest.setdefault(number_id, pk)
    rows = Conversation.objects.filter(pk__in=[*pairs, *pairs.values()]).values("pk", *_JOINED)
    merge.log.before["conversations"] = {str(row.pop("pk")): _plain(row) for row in rows}
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
                "last_inbound_at = GREATEST(v.last_inbound_at, o.last_inbound_at), "
                "waiting_since = CASE WHEN v.last_direction = 'in' THEN LEAST(v.waiting_since, o.waiting_since) END, "
                "assignee_id = COALESCE(v.assignee_id, o.assignee_id), team_id = COALESCE(v.team_id, o.team_id) "
                "FROM conversation o WHERE v.id = %s AND o.id = %s RETURNING v.bot_resumes_at",
                [new, old],
            )
            (resumes_at,) = cursor.fetchone() or (None,)
            takeover.forget([old, new])
            takeover.plan([(new, resumes_at)] if resumes_at else [])
            cursor.execute(
                "UPDATE conversation SET closed_at = %s, unread = 0, attention = '', waiting_since = NULL, "
                "snoozed_until = NULL, last_text = '', last_kind = %s, "
                "last_direction = '' WHERE id = %s",
                [clock.now(), GOES_ON, old],
            )
    merge.reassign("conversation")
    _move_messages(merge)
    tell_changed([*merge.conversations, *merge.conversations.values()])
    return merge


@transaction.atomic
def on_merged(events: Sequence[Heard]) -> None:
    """Once more, for what somebody wrote to the old contact while it was being merged."""
    for event in events:
        kept, gone = event.payload["kept_id"], event.payload["gone_id"]
        logs = ContactMerge.objects.select_for_update().filter(kept_id=kept, gone_id=gone)
        log = logs.order_by("-pk").first()
        if log is not None and log.undone_at is not None:
            continue  # taken back meanwhile: what is the other one's by now stays theirs
        merge = Merge(kept, gone, {int(old): int(new) for old, new in event.payload["conversations"].items()})
        _move_messages(merge)
        if log is not None and any(merge.log.moved.values()):
            for key, ids in merge.log.moved.items():
                log.moved[key] = runs_of([*ids_of(log.moved.get(key, [])), *ids])
            log.save(update_fields=["moved"])


def on_phone_passed_on(events: Sequence[Heard]) -> None:
    """A person should look at the last talk with whoever had the phone before."""
    for event in events:
        found = Conversation.objects.filter(contact_id=event.payload["contact_id"], attention="")
        newest = found.order_by("-last_at", "-pk").values_list("pk", flat=True).first()
        if newest:
            Conversation.objects.filter(pk=newest).update(attention=PASSED_ON)
            tell_changed([newest])


def undo(merge: Merge, before: dict[str, Any]) -> None:
    """The talks of two are two again: those that were joined open anew, with what was written in them.

    What came since stays with the contact that stayed, but for talks that the other one had alone: those go whole.
    """
    _sort_later(merge)
    rows = before.get("conversations", {})
    with connection.cursor() as cursor:
        for old, new in merge.conversations.items():
            was, other = rows.get(str(old), {}), rows.get(str(new), {})
            cursor.execute(
                "UPDATE conversation v SET unread = %s, attention = %s, bot_on = %s, last_text = %s, last_kind = %s, "
                "last_direction = %s, bot_resumes_at = %s, closed_at = CASE WHEN EXISTS (SELECT 1 FROM conversation o "
                "WHERE o.contact_id = v.contact_id AND o.number_id = v.number_id AND o.closed_at IS NULL) "
                "THEN closed_at END WHERE id = %s AND last_kind = %s",
                [
                    *(was.get(name) for name in ("unread", "attention", "bot_on", "last_text", "last_kind")),
                    was.get("last_direction"),
                    was.get("bot_resumes_at"),
                    old,
                    GOES_ON,
                ],
            )
            # What the talk that went on had taken over, as far as nobody has read or settled it since.
            taken = was.get("unread") or 0
            cursor.execute(
                "UPDATE conversation SET unread = CASE WHEN unread >= %s THEN unread - %s ELSE unread END, "
                "attention = CASE WHEN attention = %s THEN %s ELSE attention END WHERE id = %s",
                [
                    taken + (other.get("unread") or 0),
                    taken,
                    other.get("attention") or was.get("attention") or "",
                    other.get("attention") or "",
                    new,
                ],
            )
            if other.get("bot_on") and not was.get("bot_on"):
                # Flows were silent in the other one's talk alone.
                cursor.execute("UPDATE conversation SET bot_on = true, bot_resumes_at = NULL WHERE id = %s", [new])
    joined = [*merge.conversations, *merge.conversations.values()]
    _sum_up(joined)
    takeover.forget(joined)
    silent = Conversation.objects.filter(pk__in=joined, bot_resumes_at__isnull=False)
    takeover.plan([(pk, at) for pk, at in silent.values_list("pk", "bot_resumes_at") if at])
    tell_changed([*joined, *ids_of(merge.log.moved.get("conversation", []))])


def _sort_later(merge: Merge) -> None:
    """Messages that came since the merge go where their contact's talk is."""
    back = set(ids_of(merge.log.moved.get("conversation", [])))
    with connection.cursor() as cursor:
        for old, new in merge.conversations.items():
            if new in back:
                cursor.execute(
                    "UPDATE message SET conversation_id = %s WHERE conversation_id = %s AND contact_id = %s",
                    [old, new, merge.kept],
                )
        cursor.execute(
            "UPDATE message SET contact_id = %s WHERE contact_id = %s AND conversation_id = ANY(%s)",
            [merge.gone, merge.kept, list(back)],
        )


def _sum_up(conversation_ids: Sequence[int]) -> None:
    """The newest message, and the moment from which the window counts, are those of the talk's own messages again."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE conversation v SET "
            "last_at = COALESCE((SELECT max(at) FROM message m WHERE m.conversation_id = v.id), v.last_at), "
            "last_inbound_at = (SELECT max(at) FROM message m WHERE m.conversation_id = v.id "
            "AND m.direction = 'in') WHERE v.id = ANY(%s)",
            [list(conversation_ids)],
        )
    for pk in conversation_ids:
        newest = Message.objects.filter(conversation_id=pk).order_by("-at", "-pk").first()
        if newest is not None:
            kind = kind_of(newest.type, newest.payload or {}, is_ours=newest.direction == "out")
            Conversation.objects.filter(pk=pk).update(
                last_text=preview(newest.text, kind), last_kind=kind, last_direction=newest.direction
            )


def _move_messages(merge: Merge) -> None:
    merge.reassign("message")
    merge.rejoin("message")


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in row.items()}
