"""Flows that begin by the clock: on days of the week, or around a date of the contact (FL-003).

One timer for each flow, at its next moment on the salon's wall clock; its version is that moment. When it comes, the
contacts are taken in batches, a timer each, so that a process may die at any place and nobody is left out or taken
twice. An hour that daylight saving skips is the one after it; an hour that comes twice counts the first time.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db import connection

from flows.models import Flow
from flows.nodes.triggers import Schedule
from flows.runtime.facts import salon_facts
from flows.runtime.starting import Wish
from flows.runtime.waiting_wishes import start_or_wait
from flows.triggers.lineup import Candidate, lineup
from ops import clock
from ops.eventqueue.handling import Heard
from ops.salon import current_salon_id
from ops.timers.actions import NewTimer, cancel_many, set_many
from ops.timers.registry import Due

SCHEDULE, BATCH_OF = "flow.schedule", "flow.schedule.batch"
BATCH: Final = 200
# Everything was down for longer: the moment has passed, and guests are not woken for it.
TOO_LATE: Final = timedelta(hours=6)

# A date that people or flows keep, as MM-DD and as YYYY-MM-DD: 1990-12-24, 24/12/1990, 24/12.
_FIELD = "btrim(c.fields->>%(field)s)"
_DAY = (
    f"CASE WHEN {_FIELD} ~ '^\\d{{4}}-\\d{{2}}-\\d{{2}}' THEN substr({_FIELD}, 6, 5) "
    f"WHEN {_FIELD} ~ '^\\d{{2}}/\\d{{2}}(/\\d{{4}})?$' "
    f"THEN substr({_FIELD}, 4, 2) || '-' || substr({_FIELD}, 1, 2) END"
)
_DATE = (
    f"CASE WHEN {_FIELD} ~ '^\\d{{4}}-\\d{{2}}-\\d{{2}}' THEN substr({_FIELD}, 1, 10) "
    f"WHEN {_FIELD} ~ '^\\d{{2}}/\\d{{2}}/\\d{{4}}$' THEN "
    f"substr({_FIELD}, 7, 4) || '-' || substr({_FIELD}, 4, 2) || '-' || substr({_FIELD}, 1, 2) END"
)


def on_flow_events(heard: Sequence[Heard]) -> None:
    """A flow was published, switched, paused or put away: its next moment, or none."""
    plan(Flow.objects.filter(public_id__in={event.subject for event in heard}).values_list("pk", flat=True))


def plan(flow_ids: Iterable[int]) -> None:
    """Set the timers of these flows anew, and take back those of flows that begin no more."""
    wanted = sorted(set(flow_ids))
    cancel_many(current_salon_id(), SCHEDULE, [str(pk) for pk in wanted])
    _set_next(wanted)


def _set_next(wanted: Sequence[int]) -> None:
    salon_id, now = current_salon_id(), clock.now()
    zone = salon_facts(salon_id or 0).zone
    moments = {one.flow_id: _next(one, now, zone) for one in lineup(salon_id or 0, wanted)}
    set_many(
        salon_id,
        [NewTimer(SCHEDULE, str(pk), at, int(at.timestamp())) for pk, at in moments.items() if at is not None],
    )


def come(due: Sequence[Due]) -> None:
    """A moment of flows has come: begin with the first batch of contacts, and plan the next."""
    salon_id, now = current_salon_id(), clock.now()
    flows = {one.flow_id: one for one in lineup(salon_id or 0, {int(one.subject) for one in due})}
    zone = salon_facts(salon_id or 0).zone
    batches = []
    for one in due:
        flow, moment = flows.get(int(one.subject)), datetime.fromtimestamp(one.version, UTC)
        if flow is None or now - moment > TOO_LATE:
            continue
        # The salon may have moved to another zone, or the flow may be drawn anew: then this is none of its moments.
        batches += [
            NewTimer(BATCH_OF, f"{flow.flow_id}:{number}:0", now, one.version)
            for number, schedule in enumerate(_schedules(flow))
            if moment_on(schedule, moment.astimezone(zone).date(), zone) == moment
        ]
    set_many(salon_id, batches)
    # Without taking any back: the timer that fires now is finished beside the next one, of another version.
    _set_next(sorted({int(one.subject) for one in due}))


def go_on(due: Sequence[Due]) -> None:
    """The next contacts of a moment."""
    salon_id = current_salon_id()
    asked = [(*map(int, one.subject.split(":")), one.version) for one in due]
    flows = {one.flow_id: one for one in lineup(salon_id or 0, {row[0] for row in asked})}
    zone = salon_facts(salon_id or 0).zone
    for flow_id, number, last, version in asked:
        schedules = _schedules(flows[flow_id]) if flow_id in flows else []
        if number >= len(schedules):
            continue
        moment = datetime.fromtimestamp(version, UTC).astimezone(zone)
        contacts = _contacts(schedules[number], moment.date(), after=last)
        began = _began_on(flow_id, contacts, datetime.combine(moment.date(), time(0), zone))
        told = {"on": "schedule", "date": moment.date().isoformat()}
        ref = f"d{moment.date().isoformat()}"
        start_or_wait([Wish(flow_id, pk, "schedule", told, ref=ref) for pk in contacts if pk not in began])
        if len(contacts) == BATCH:
            set_many(salon_id, [NewTimer(BATCH_OF, f"{flow_id}:{number}:{contacts[-1]}", clock.now(), version)])


def moment_on(schedule: Schedule, day: date, zone: ZoneInfo) -> datetime | None:
    """When it comes on this day of the salon, in UTC; None if it does not."""
    if schedule.weekdays and day.isoweekday() not in schedule.weekdays:
        return None
    hours, _colon, minutes = schedule.at.partition(":")
    local = datetime.combine(day, time(int(hours), int(minutes)), zone)
    return local.astimezone(UTC)


def _next(flow: Candidate, now: datetime, zone: ZoneInfo) -> datetime | None:
    """The first moment after `now` of all its schedules."""
    today = now.astimezone(zone).date()
    moments = [
        moment
        for schedule in _schedules(flow)
        for ahead in range(9)
        if (moment := moment_on(schedule, today + timedelta(days=ahead), zone)) and moment > now
    ]
    return min(moments, default=None)


def _schedules(flow: Candidate) -> list[Schedule]:
    return [one.schedule for one in flow.of_kind("schedule") if one.schedule]


def _contacts(schedule: Schedule, day: date, *, after: int) -> list[int]:
    """The next contacts whom it means on this day, by id."""
    values: dict[str, Any] = {"after": after, "tags": list(schedule.tags), "field": schedule.field, "most": BATCH}
    wanted = "AND c.tags && %(tags)s::varchar[] " if schedule.tags else ""
    if schedule.field is not None:
        meant = day - timedelta(days=schedule.days)
        values["days"] = days_of_the_year(meant) if schedule.yearly else [meant.isoformat()]
        wanted += f"AND {_DAY if schedule.yearly else _DATE} = ANY(%(days)s) "
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT c.id FROM contact c WHERE c.id > %(after)s AND c.merged_into_id IS NULL {wanted}"
            "ORDER BY c.id LIMIT %(most)s",
            values,
        )
        return [pk for (pk,) in cursor.fetchall()]


def days_of_the_year(day: date) -> list[str]:
    """MM-DD of a day; who was born on 29 February is meant on the 28th in years without it."""
    is_short = day.month == 2 and day.day == 28 and (day + timedelta(days=1)).month == 3
    return [f"{day:%m-%d}", "02-29"] if is_short else [f"{day:%m-%d}"]


def _began_on(flow_id: int, contact_ids: Sequence[int], since: datetime) -> set[int]:
    """With whom it began on this day already: nobody is written to twice."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT w.id FROM unnest(%s::bigint[]) AS w(id) WHERE EXISTS (SELECT 1 FROM flow_execution e "
            "WHERE e.contact_id = w.id AND e.flow_id = %s AND e.began_by = 'schedule' AND e.started_at >= %s)",
            [list(contact_ids), flow_id, since],
        )
        return {pk for (pk,) in cursor.fetchall()}
