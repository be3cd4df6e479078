"""Putting a conversation away for a while: a timer brings it back, and so does the guest at once (see inbound)."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from crm.inbox.live import tell_changed
from ops import clock
from ops.events.actions import NewEvent, emit_many
from ops.salon import current_salon_id
from ops.timers import actions as timers
from ops.timers.registry import Due
from tenants.audit import actions as audit

SNOOZE_ENDS = "conversation.snooze_ends"
# Why a person should look: they wanted to.
OVER = "snooze_over"
MORNING = time(9)
LONGEST = timedelta(days=366)


class NotThen(Exception):
    """No moment, one that has passed, or one that nobody will live to see."""


def moment_of(choice: str, day: str = "") -> datetime:
    """What one can choose: an hour, tomorrow, next week (Monday at nine), or a moment of the salon's wall clock.

    Raises NotThen.
    """
    now = clock.now()
    today = timezone.localtime(now).date()
    if choice == "hour":
        return now + timedelta(hours=1)
    if choice in ("tomorrow", "week"):
        days = 1 if choice == "tomorrow" else 7 - today.weekday()
        return _local(datetime.combine(today + timedelta(days=days), MORNING))
    try:
        until = _local(datetime.fromisoformat(day))
    except (ValueError, OverflowError):
        raise NotThen from None
    return check(until)


def check(until: datetime) -> datetime:
    """The moment, if one may snooze until then. Raises NotThen."""
    if not clock.now() < until <= clock.now() + LONGEST:
        raise NotThen
    return until


@transaction.atomic
def snooze(conversation_ids: Sequence[int], *, until: datetime, by: Any) -> list[int]:
    """Put open conversations away until then; which."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE conversation v SET snoozed_until = %s FROM (SELECT id FROM conversation WHERE id = ANY(%s) "
            "AND closed_at IS NULL ORDER BY id FOR UPDATE) was WHERE v.id = was.id RETURNING v.id, v.public_id",
            [until, sorted(conversation_ids)],
        )
        found: list[tuple[int, UUID]] = cursor.fetchall()
    timers.set_many(current_salon_id(), [timers.NewTimer(SNOOZE_ENDS, str(pk), until) for pk, _public_id in found])
    for _pk, public_id in found:
        audit.record("conversation.snoozed", subject=public_id, by=by, after={"until": until.isoformat()})
    payload = {"until": until.isoformat()}
    _tell("conversation.snoozed", found, payload)
    return [pk for pk, _public_id in found]


@transaction.atomic
def wake(conversation_ids: Sequence[int], *, by: Any) -> list[int]:
    """Bring conversations back before their time; which."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE conversation SET snoozed_until = NULL WHERE id = ANY(%s) AND snoozed_until IS NOT NULL "
            "RETURNING id, public_id",
            [sorted(conversation_ids)],
        )
        found: list[tuple[int, UUID]] = cursor.fetchall()
    timers.cancel_many(current_salon_id(), SNOOZE_ENDS, [str(pk) for pk, _public_id in found])
    for _pk, public_id in found:
        audit.record("conversation.woken", subject=public_id, by=by)
    _tell("conversation.woken", found, {})
    return [pk for pk, _public_id in found]


def wake_due(due: Sequence[Due]) -> None:
    """Their time has come: they are in the lists again, and somebody should look. A moved one is left for later."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE conversation SET snoozed_until = NULL, "
            "attention = CASE WHEN attention = '' AND closed_at IS NULL THEN %s ELSE attention END "
            "WHERE id = ANY(%s) AND snoozed_until <= %s RETURNING id, public_id",
            [OVER, [int(one.subject) for one in due], clock.now()],
        )
        found: list[tuple[int, UUID]] = cursor.fetchall()
    _tell("conversation.woken", found, {"by": "timer"})


def _tell(kind: str, found: Sequence[tuple[int, UUID]], payload: dict[str, Any]) -> None:
    emit_many([NewEvent(kind, public_id, {"conversation_id": pk, **payload}) for pk, public_id in found])
    tell_changed(pk for pk, _public_id in found)


def _local(wall: datetime) -> datetime:
    # A time that the clocks skip is the one an hour later, one that they repeat is the first.
    return timezone.make_aware(wall.replace(tzinfo=None)) if wall.tzinfo is None else wall
