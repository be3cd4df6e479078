"""Who looks after a conversation, as a flow decides it: many at once, each by whoever is named."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crm.inbox import takeover
from crm.inbox.live import tell_changed
from crm.inbox.models import Conversation
from ops import clock
from ops.events.actions import NewEvent, emit_many
from tenants.audit import actions as audit
from tenants.members.models import Member

HANDED_OVER = "handed_over"


@dataclass(frozen=True, slots=True)
class Handing:
    """A conversation and who acts. `member`: whom it is given to. `note`: what a person should know."""

    conversation_id: int
    by: Any
    member: Member | None = None
    note: str = ""


def assign(batch: Sequence[Handing]) -> list[int]:
    """Give conversations to a member, or to nobody; which of them changed hands."""
    found = _locked(batch)
    news, left = [], {}
    for one in batch:
        talk = found.get(one.conversation_id)
        if talk is None or talk.assignee_id == (one.member.pk if one.member else None):
            continue
        before = str(talk.assignee.public_id) if talk.assignee else None
        left[talk.pk] = [talk.assignee_id] if talk.assignee_id else []
        after = str(one.member.public_id) if one.member else None
        talk.assignee = one.member
        talk.save(update_fields=["assignee"])
        audit.record(
            "conversation.assigned",
            subject=talk.public_id,
            by=one.by,
            before={"member": before},
            after={"member": after},
        )
        news.append(
            NewEvent("conversation.assigned", talk.public_id, {"conversation_id": talk.pk, "member": after, **_by(one)})
        )
    tell(news, left=left)
    return [event.payload["conversation_id"] for event in news]


def hand_over(batch: Sequence[Handing]) -> None:
    """Leave conversations to people: flows are silent there, and somebody is asked to look."""
    found = _locked(batch)
    takeover.take_over(found, by="flow")
    news = []
    for one in batch:
        talk = found.get(one.conversation_id)
        if talk is None:
            continue
        Conversation.objects.filter(pk=talk.pk).update(attention=HANDED_OVER)
        # The note's words are for the team, in the conversation.
        audit.record("conversation.handed_over", subject=talk.public_id, by=one.by, after={"note": bool(one.note)})
        payload = {"conversation_id": talk.pk, "note": one.note, **_by(one)}
        news.append(NewEvent("conversation.handed_over", talk.public_id, payload))
    tell(news)


def close(batch: Sequence[Handing]) -> None:
    """End conversations; the guest's next message begins a new one."""
    found = _locked(batch)
    news = []
    for one in batch:
        talk = found.get(one.conversation_id)
        if talk is None or talk.closed_at is not None:
            continue
        talk.closed_at, talk.snoozed_until = clock.now(), None
        talk.save(update_fields=["closed_at", "snoozed_until"])
        audit.record("conversation.closed", subject=talk.public_id, by=one.by)
        news.append(NewEvent("conversation.closed", talk.public_id, {"conversation_id": talk.pk, **_by(one)}))
    tell(news)


def _locked(batch: Sequence[Handing]) -> dict[int, Conversation]:
    wanted = Conversation.objects.select_for_update(of=("self",)).select_related("assignee")
    return {one.pk: one for one in wanted.filter(pk__in=[one.conversation_id for one in batch]).order_by("pk")}


def _by(one: Handing) -> dict[str, str]:
    return {"by": type(one.by).__name__.lower()}


def tell(news: Sequence[NewEvent], *, left: Mapping[int, Collection[int]] | None = None) -> None:
    """Write the events of conversations, and let open inboxes show these anew; `left` as tell_changed has it."""
    emit_many(news)
    tell_changed((event.payload["conversation_id"] for event in news), left=left)
