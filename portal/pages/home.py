"""What happened today, from the rows of today only: nothing here grows with the salon's history."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from channels_wa.numbers.models import Number
from channels_wa.numbers.words import why_stopped
from crm.deals.rights import visible_tasks
from crm.inbox.filters import Filter
from crm.inbox.rights import closed_numbers, sees_all_talks, visible_conversations
from crm.inbox.rows import Row, rows_of
from flows.console.runs import Run, runs_of
from flows.models import FlowExecution
from ops import clock
from tenants.access.roles import Permission
from tenants.members.models import Member
from tenants.sharing.queries import reached

WAITING_SHOWN = 5
RUNS_SHOWN = 5
# Beyond this a number says nothing more, and counting on would only take time.
MOST_COUNTED = 1000
# One question for all numbers, each by an index and no further than `most`, and each as the list has it that its tile
# leads to. Runs are numbered in the order they began, so that today's are the newest.
COUNTS = """
SELECT (SELECT count(*) FROM (SELECT FROM conversation WHERE closed_at IS NULL AND snoozed_until IS NULL AND unread > 0
                              LIMIT %(most)s) unread),
       (SELECT count(*) FROM (SELECT FROM conversation WHERE closed_at IS NULL AND snoozed_until IS NULL
                              AND last_direction = 'in' LIMIT %(most)s) waiting),
       (SELECT count(*) FROM (SELECT FROM conversation WHERE NOT attention = '' LIMIT %(most)s) attention),
       (SELECT count(*) FROM (SELECT started_at FROM flow_execution ORDER BY id DESC LIMIT %(most)s) newest
        WHERE started_at >= %(today)s)
"""


@dataclass(frozen=True)
class Tile:
    """A number and the list it counts."""

    label: str | Promise
    count: int
    url: str
    icon: str

    @property
    def value(self) -> str:
        """The number as shown."""
        return str(self.count) if self.count < MOST_COUNTED else f"{MOST_COUNTED - 1}+"


def greeting(name: str, *, now: datetime) -> str:
    """By the salon's hour."""
    hour, first = timezone.localtime(now).hour, name.split(" ", 1)[0]
    words = _("Good morning, %(name)s") if 4 <= hour < 12 else _("Good evening, %(name)s")
    if 12 <= hour < 18:
        words = _("Good afternoon, %(name)s")
    return words % {"name": first}


def tiles(member: Member, *, now: datetime, with_flows: bool) -> list[Tile]:
    """Today's numbers, of what this member sees; each leads to the list that it counts."""
    today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute(COUNTS, {"today": today, "most": MOST_COUNTED})
        unread, waiting, attention, runs = cursor.fetchone()
    inbox = reverse("inbox:list")
    lists = {
        "unread": Filter(unread=True),
        "waiting": Filter(waiting=True),
        "attention": Filter(attention=True),
    }
    counts = {"unread": unread, "waiting": waiting, "attention": attention}
    if not sees_all_talks(member):
        own = visible_conversations(member)
        counts = {name: one.of(own, member, now=now)[:MOST_COUNTED].count() for name, one in lists.items()}
    shown = [
        Tile(label, counts[name], f"{inbox}?{lists[name].encoded()}", icon)
        for name, label, icon in (
            ("unread", _("Unread"), "message-circle"),
            ("waiting", _("Waiting for an answer"), "clock"),
            ("attention", _("To look at"), "alert-circle"),
        )
    ]
    if member.may(Permission.DEALS_SEE):
        due = visible_tasks(member).filter(done_at=None, due_at__lt=today + timedelta(days=1))[:MOST_COUNTED].count()
        shown.append(Tile(_("Tasks for today"), due, f"{reverse('deals:tasks')}?show=today", "checkbox"))
    if with_flows:
        url = f"{reverse('flows:all_executions')}?from={today:%Y-%m-%d}"
        shown.append(Tile(_("Flow runs"), runs, url, "sitemap"))
    return shown


def waiting(member: Member) -> list[Row]:
    """Who has waited for an answer the longest."""
    found = Filter(waiting=True).of(visible_conversations(member), member, now=clock.now())
    found = found.select_related("contact", "assignee", "team")
    return rows_of(list(found.order_by("last_at", "pk")[:WAITING_SHOWN]))


def newest_runs(member: Member) -> list[Run]:
    """The last flow runs, of flows that are not closed to them."""
    rows = FlowExecution.objects.select_related("flow").order_by("-pk")
    rows = reached(member, rows, "flow", Permission.EXECUTIONS_SEE, field="flow__public_id")
    return runs_of(list(rows[:RUNS_SHOWN]))


def numbers(salon_id: int, member: Member) -> list[dict[str, Any]]:
    """The salon's WhatsApp numbers and whether they work."""
    return [
        {
            "display_phone": number.display_phone,
            "is_active": number.state == Number.State.ACTIVE,
            "stopped_reason": why_stopped(number.stopped_reason),
        }
        for number in Number.objects.filter(salon_id=salon_id)
        .exclude(state=Number.State.DISCONNECTED)
        .exclude(pk__in=closed_numbers(member))
        .order_by("pk")
    ]
