"""Effects on deals and tasks; see effects.py."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from crm.contacts.models import Contact
from crm.deals import actions
from crm.deals.actions import tasks
from crm.deals.by_flow import Wish, bring
from crm.deals.models import Task
from portal.frame.money import NoMoney
from tenants.members.models import Member

if TYPE_CHECKING:
    from flows.runtime.effects import Doing


def move_deal(rows: Sequence[tuple["Doing", Contact]]) -> str:
    """{"stage": "<public id>", "title": "…", "value": "89.90", "reason": "…"}; why one of them cannot be, if so."""
    for one, contact in rows:
        given = one.payload
        wish = Wish(
            contact=contact,
            stage=UUID(given["stage"]),
            title=one.text("title", actions.deals.LONGEST_TITLE),
            value=given.get("value"),
            reason=one.text("reason", actions.deals.LONGEST_REASON),
            conversation_id=one.execution.conversation_id,
        )
        try:
            bring(wish, by=one.by)
        except actions.WrongPlace:
            return "this stage is not in use any more"
        except actions.NoReason:
            return "a deal is lost for a reason; the step names none"
        except NoMoney:
            return "the value is no amount of money"
    return ""


def add_task(rows: Sequence[tuple["Doing", Contact]]) -> str:
    """{"text": "…", "kind": "call", "due_at": "2026-11-22T…", "member": "<public id>"}; why it cannot be, if so."""
    wanted = {UUID(one.payload["member"]) for one, _contact in rows if one.payload.get("member")}
    members = {one.public_id: one for one in Member.objects.filter(public_id__in=wanted, is_active=True)}
    for one, contact in rows:
        given = one.payload
        kind = given.get("kind") or Task.Kind.TASK
        if kind not in Task.Kind.values:
            return f"kind {kind} is not known"
        owner = members.get(UUID(given["member"])) if given.get("member") else None
        if given.get("member") and owner is None:
            return "this member does not work here any more"
        tasks.create(
            tasks.NewTask(
                text=one.text("text", tasks.LONGEST_TEXT),
                kind=kind,
                contact=contact,
                conversation_id=one.execution.conversation_id,
                owner=owner,
                due_at=datetime.fromisoformat(given["due_at"]) if given.get("due_at") else None,
            ),
            by=one.by,
        )
    return ""
