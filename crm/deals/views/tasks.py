"""Tasks: mine, everybody's, what is late."""

from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.deals.actions import tasks as acts
from crm.deals.filters import today
from crm.deals.forms import TaskForm
from crm.deals.models import Task
from crm.deals.rights import deal_or_404, task_or_404, visible_tasks
from crm.deals.views.deal import task_rows
from crm.inbox.rights import contact_or_404
from ops import clock
from portal.frame.keyset import beyond, is_fragment, moment_key
from portal.frame.toasts import add_event, toast
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission

CHANGED = "tasks-changed"
SIZE = 50
SHOWN = ("mine", "overdue", "today", "all", "done")


@require_GET
@allowed(Permission.DEALS_SEE)
def tasks(request: SalonRequest) -> HttpResponse:
    """What is to be done, the earliest first; what has no moment comes last."""
    show = request.GET.get("show", "mine")
    show = show if show in SHOWN else "mine"
    found = _shown(visible_tasks(request.member), show, request)
    rows = list(found.select_related("deal", "contact", "owner")[: SIZE + 1])
    query = {"show": show, "before": _key(rows[SIZE - 1], show)} if len(rows) > SIZE else {}
    labels = [_("Mine"), _("Late"), _("Today"), _("Everybody's"), _("Done")]
    context: dict[str, Any] = {
        "rows": task_rows(rows[:SIZE]),
        "next_url": f"{reverse('deals:tasks')}?{urlencode(query)}" if query else "",
        "is_next": bool(request.GET.get("before")),
        "show": show,
        "here": f"{reverse('deals:tasks')}?show={show}",
        "filters": [(name, label, name == show) for name, label in zip(SHOWN, labels, strict=True)],
        "form": TaskForm(me=request.member),
        "may_edit": request.member.may(Permission.DEALS_EDIT),
    }
    return render(request, "crm/deals/tasks.html#list" if is_fragment(request) else "crm/deals/tasks.html", context)


@require_http_methods(["GET", "POST"])
@allowed(Permission.DEALS_EDIT)
def new(request: SalonRequest) -> HttpResponse:
    """Write a task, about a deal or a guest, or about none."""
    given = request.POST if request.method == "POST" else request.GET
    deal = deal_or_404(request.member, UUID(given["deal"])) if _is_id(given.get("deal")) else None
    contact = contact_or_404(request.member, UUID(given["contact"])) if _is_id(given.get("contact")) else None
    form = TaskForm(request.POST or None, me=request.member)
    if request.method == "POST" and form.is_valid():
        acts.create(acts.NewTask(deal=deal, contact=contact, **form.values()), by=request.member)
        return add_event(toast(request, _("Noted")), CHANGED)
    context = {"form": form, "deal": deal, "contact": contact, "url": reverse("deals:new_task")}
    return _form(request, context, status=422 if request.method == "POST" else 200)


@require_http_methods(["GET", "POST"])
@allowed(Permission.DEALS_EDIT)
def edit(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Change it."""
    task = task_or_404(request.member, public_id)
    form = TaskForm(request.POST or None, task=task)
    if request.method == "POST" and form.is_valid():
        acts.change(task, form.values(), by=request.member)
        if request.headers.get("HX-Request") != "true":
            return HttpResponseRedirect(reverse("deals:tasks"), status=303)
        return add_event(toast(request, _("Saved")), CHANGED)
    context = {"form": form, "task": task, "url": reverse("deals:edit_task", args=[public_id])}
    return _form(request, context, status=422 if request.method == "POST" else 200)


@require_POST
@allowed(Permission.DEALS_EDIT)
def done(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """It is done; with `undo`, after all not."""
    task, url = task_or_404(request.member, public_id), reverse("deals:done", args=[public_id])
    if request.POST.get("undo") or request.GET.get("undo"):
        acts.take_up(task, by=request.member)
        return add_event(toast(request, _("It is to be done again")), CHANGED)
    acts.finish(task, by=request.member)
    return add_event(toast(request, _("Done"), undo_url=f"{url}?undo=1"), CHANGED)


def _form(request: SalonRequest, context: dict[str, Any], *, status: int) -> HttpResponse:
    is_dialog = request.headers.get("HX-Request") == "true"
    return render(request, "crm/deals/task.html" + ("#form" if is_dialog else ""), context, status=status)


def _shown(rows: QuerySet[Task], show: str, request: SalonRequest) -> QuerySet[Task]:
    before = request.GET.get("before", "")
    if show == "done":
        rows = rows.exclude(done_at=None)
        return _after(rows, "done_at", before, is_newest=True)
    rows = rows.filter(done_at=None)
    if show == "mine":
        rows = rows.filter(owner=request.member)
    if show == "overdue":
        rows = rows.filter(due_at__lt=clock.now())
    if show == "today":
        end = timezone.make_aware(datetime.combine(today() + timedelta(days=1), time()))
        rows = rows.filter(due_at__lt=end)
    return _after(rows, "due_at", before, is_newest=False)


def _after(rows: QuerySet[Task], field: str, before: str, *, is_newest: bool) -> QuerySet[Task]:
    """By the moment, then by the id; no moment comes last, as in the index."""
    rows = rows.order_by(f"-{field}", "-pk") if is_newest else rows.order_by(field, "pk")
    if place := moment_key(before):
        found = beyond(field, *place, "lt" if is_newest else "gt")
        return rows.filter(found if is_newest else found | Q(**{field: None}))
    # Among those without a moment a key is the id alone.
    pk = before.removeprefix("~")
    if pk != before and pk.isascii() and pk.isdigit() and len(pk) < 19:
        return rows.filter(**{field: None}, pk__gt=int(pk))
    return rows


def _key(task: Task, show: str) -> str:
    at = task.done_at if show == "done" else task.due_at
    return f"{at.isoformat() if at else ''}~{task.pk}"


def _is_id(text: str | None) -> bool:
    try:
        UUID(text or "")
    except ValueError:
        return False
    return True
