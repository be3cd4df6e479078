"""The list of flows: what each begins by, whether it is on, how it has gone lately, and where two want the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from flows.console.drawing import trigger_words
from flows.models import Flow
from flows.runtime.budget import paused_words
from flows.sharing import FLOW, sees_runs
from flows.templates_used import unusable_of
from flows.triggers.conflicts import conflicts_now
from ops import clock
from portal.frame.keyset import is_fragment
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission
from tenants.members.models import Member
from tenants.sharing.queries import may_on, visible
from tenants.sharing.rights import Right

JSON = dict[str, Any]
FLOWS_A_PAGE = 30
LONGEST_SEARCH = 80
LATELY = timedelta(days=7)
# Beyond this nobody counts: "1000+".
MOST_COUNTED = 1000
SHOWN = ("", "off", "archived")

_LATELY = """
SELECT f.id,
  (SELECT count(*) FROM (SELECT 1 FROM flow_execution e WHERE e.flow_id = f.id AND e.started_at >= %(since)s
                         ORDER BY e.started_at DESC LIMIT %(most)s) a),
  (SELECT count(*) FROM (SELECT 1 FROM flow_execution e WHERE e.flow_id = f.id AND e.status = 'failed'
                         AND e.started_at >= %(since)s ORDER BY e.started_at DESC LIMIT %(most)s) b),
  (SELECT e.started_at FROM flow_execution e WHERE e.flow_id = f.id ORDER BY e.started_at DESC, e.id DESC LIMIT 1)
FROM unnest(%(flows)s::bigint[]) AS f(id)
"""


@dataclass(frozen=True)
class Lately:
    """How often it ran in the last seven days, how often it failed, and when it ran last."""

    runs: int = 0
    failures: int = 0
    newest: datetime | None = None

    @property
    def runs_words(self) -> str:
        """The number, cut where nobody counts."""
        return f"{MOST_COUNTED}+" if self.runs > MOST_COUNTED else str(self.runs)

    @property
    def failures_words(self) -> str:
        """The same of the failures."""
        return f"{MOST_COUNTED}+" if self.failures > MOST_COUNTED else str(self.failures)


@require_GET
@allowed(Permission.FLOWS_SEE, shared=FLOW)
def flows(request: SalonRequest) -> HttpResponse:
    """The flows by name (`?search=`, `?show=off|archived`); a fragment is the list, or a page of it (`?after=`)."""
    show = request.GET.get("show", "")
    show = show if show in SHOWN else ""
    search = request.GET.get("search", "").replace("\0", "").strip()[:LONGEST_SEARCH]
    after = request.GET.get("after", "")
    mine = visible(request.member, _wanted(show, search), FLOW)
    found = list(_after(mine, after)[: FLOWS_A_PAGE + 1])
    page, url = found[:FLOWS_A_PAGE], reverse("flows:list")
    query = {name: value for name, value in (("show", show), ("search", search)) if value}
    next_key = f"{page[-1].pk}~{page[-1].name}" if len(found) > FLOWS_A_PAGE else ""
    context: JSON = {
        "flows": _rows(request.member, page),
        "next_url": f"{url}?{urlencode({**query, 'after': next_key})}" if next_key else "",
        "is_next": bool(after),
        "own_url": f"{url}?{urlencode(query)}" if query else url,
        "show": show,
        "search": search,
        "filters": _filters(url, show),
        "since": timezone.localtime(clock.now()).date() - LATELY,
        "conflicts": _conflicts(request.member) if not after and show != "archived" else [],
        "sees_runs": sees_runs(request.member),
        "may_edit": request.member.may(Permission.FLOWS_EDIT),
    }
    part = ("#page" if after else "#list") if is_fragment(request) else ""
    return render(request, f"flows/list.html{part}", context)


def _wanted(show: str, search: str) -> QuerySet[Flow]:
    rows = Flow.objects.select_related("published").defer("draft").order_by("name", "pk")
    rows = rows.filter(archived_at__isnull=show != "archived")
    if show == "off":
        rows = rows.filter(Q(is_active=False) | Q(published__isnull=True) | Q(paused_at__isnull=False))
    return rows.filter(name__icontains=search) if search else rows


def _after(rows: QuerySet[Flow], key: str) -> QuerySet[Flow]:
    pk, _tilde, name = key.partition("~")
    if not (pk.isascii() and pk.isdigit() and len(pk) < 19):
        return rows
    return rows.filter(Q(name__gt=name) | Q(name=name, pk__gt=int(pk)))


def _filters(url: str, show: str) -> list[JSON]:
    words = {"": _("All flows"), "off": _("Not running"), "archived": _("Archived")}
    return [
        {"label": words[name], "url": f"{url}?show={name}" if name else url, "is_here": name == show} for name in SHOWN
    ]


def _conflicts(member: Member) -> list[JSON]:
    """Those between flows that they may see; `may_solve` where they may change both."""
    seen = {one.public_id for one in visible(member, Flow.objects.only("public_id"), FLOW)}
    return [
        {
            "words": one.words,
            "winner": one.winner,
            "loser": one.loser,
            "may_solve": all(may_on(member, FLOW, each.public_id, Right.EDIT) for each in (one.winner, one.loser)),
        }
        for one in conflicts_now()
        if one.winner.public_id in seen and one.loser.public_id in seen
    ]


def _rows(member: Member, found: Sequence[Flow]) -> list[JSON]:
    unusable = unusable_of(flow.published.graph if flow.published else {} for flow in found)
    lately = _lately([flow.pk for flow in found])
    return [
        {
            "public_id": flow.public_id,
            "name": flow.name,
            "priority": flow.priority,
            "is_on": flow.is_active and flow.published is not None,
            "is_archived": flow.archived_at is not None,
            "paused": paused_words(flow),
            "version": flow.published.number if flow.published else None,
            "trigger_words": trigger_words(flow.published.graph) if flow.published else _("Not published yet"),
            "lately": lately.get(flow.pk, Lately()),
            "unusable": ", ".join(templates),
            "may_edit": may_on(member, FLOW, flow.public_id, Right.EDIT),
            "may_delete": may_on(member, FLOW, flow.public_id, Right.DELETE),
        }
        for flow, templates in zip(found, unusable, strict=True)
    ]


def _lately(flow_ids: list[int]) -> dict[int, Lately]:
    """One statement for all of them; each looks into the index of its flow, however many runs there are."""
    with connection.cursor() as cursor:
        values: JSON = {"flows": flow_ids, "since": clock.now() - LATELY, "most": MOST_COUNTED + 1}
        cursor.execute(_LATELY, values)
        return {pk: Lately(runs, failures, newest) for pk, runs, failures, newest in cursor.fetchall()}
