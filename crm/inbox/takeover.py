"""A person answers: flows fall silent in that conversation, and answer again by rule (FR-WA-007).

`bot_resumes_at` says when. Without it a silent conversation stays so until somebody switches flows on again: it was
silenced by hand, or the salon's rule is 0 hours.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from crm.consent.policy import policy
from crm.inbox.live import tell_changed
from ops import clock
from ops.events.actions import NewEvent, emit_many
from ops.salon import current_salon_id
from ops.timers import actions as timers
from ops.timers.registry import Due

RESUMES = "conversation.bot_resumes"


def take_over(conversation_ids: Iterable[int], *, by: str) -> None:
    """Let people answer there, in the caller's transaction; each further call moves the end on.

    `by` says in the event who did: "member", "phone" or "flow". A conversation silenced by hand stays as it is.
    """
    wanted, until = sorted(set(conversation_ids)), _until()
    if not wanted:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE conversation v SET bot_on = false, bot_resumes_at = %s "
            "FROM (SELECT id, bot_on FROM conversation WHERE id = ANY(%s) AND (bot_on OR bot_resumes_at IS NOT NULL) "
            "ORDER BY id FOR UPDATE) was WHERE v.id = was.id RETURNING v.id, v.public_id, was.bot_on",
            [until, wanted],
        )
        taken: list[tuple[int, UUID, bool]] = cursor.fetchall()
    if until is None:
        forget([pk for pk, _public_id, _was_on in taken])
    else:
        plan([(pk, until) for pk, _public_id, _was_on in taken])
    _tell([(pk, public_id) for pk, public_id, was_on in taken if was_on], bot_on=False, by=by)
    tell_changed(pk for pk, _public_id, _was_on in taken)


def resume(due: Sequence[Due]) -> None:
    """Nobody of the salon wrote for so long: flows answer again. A moment that was moved on meanwhile is none yet."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE conversation SET bot_on = true, bot_resumes_at = NULL "
            "WHERE id = ANY(%s) AND NOT bot_on AND bot_resumes_at <= %s RETURNING id, public_id",
            [[int(one.subject) for one in due], clock.now()],
        )
        resumed: list[tuple[int, UUID]] = cursor.fetchall()
    _tell(resumed, bot_on=True, by="rule")
    tell_changed(pk for pk, _public_id in resumed)


def plan(resumptions: Sequence[tuple[int, datetime]]) -> None:
    """Set or move the timers of conversations (by id)."""
    timers.set_many(current_salon_id(), [timers.NewTimer(RESUMES, str(pk), at) for pk, at in resumptions])


def forget(conversation_ids: Sequence[int]) -> None:
    """Take the timers back."""
    timers.cancel_many(current_salon_id(), RESUMES, [str(pk) for pk in conversation_ids])


def _until() -> datetime | None:
    hours = policy().takeover_hours
    return clock.now() + timedelta(hours=hours) if hours else None


def _tell(conversations: Sequence[tuple[int, UUID]], *, bot_on: bool, by: str) -> None:
    emit_many(
        [
            NewEvent("conversation.bot_changed", public_id, {"conversation_id": pk, "bot_on": bot_on, "by": by})
            for pk, public_id in conversations
        ]
    )
