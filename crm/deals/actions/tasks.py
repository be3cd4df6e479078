"""What is to be done: written, changed, done, done after all not; and whoever owns it is reminded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext_noop

from crm.contacts.models import Contact
from crm.deals.live import tell_about
from crm.deals.models import Deal, Task
from ops import clock
from ops.events.actions import emit
from ops.salon import current_salon_id
from ops.timers.actions import NewTimer, cancel_many, set_many
from ops.timers.registry import Due
from tenants.alerts.actions import NewAlert, clear_alert, raise_alert
from tenants.alerts.models import Level
from tenants.alerts.words import Words
from tenants.audit import actions as audit
from tenants.members.models import Member

DUE: Final = "task.due"
LONGEST_TEXT = 300
CHANGEABLE = ("kind", "text", "due_at", "owner")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTask:
    """A task as someone describes it; of a deal it has the deal's contact."""

    text: str
    kind: str = Task.Kind.TASK
    deal: Deal | None = None
    contact: Contact | None = None
    conversation_id: int | None = None
    owner: Member | None = None
    due_at: datetime | None = None


@transaction.atomic
def create(new: NewTask, *, by: Any) -> Task:
    """Write a task, and set its reminder."""
    task = Task.objects.create(
        text=new.text[:LONGEST_TEXT],
        kind=new.kind,
        deal=new.deal,
        contact=new.contact or (new.deal.contact if new.deal else None),
        conversation_id=new.conversation_id or (new.deal.conversation_id if new.deal else None),
        owner=new.owner,
        due_at=new.due_at,
        created_by=by if isinstance(by, Member) else None,
    )
    _remind(task)
    audit.record("task.created", subject=task.public_id, by=by, after=_facts(task))
    _emit("task.created", task, by)
    return task


@transaction.atomic
def change(task: Task, values: Mapping[str, Any], *, by: Any) -> Task:
    """Set kind, text, due_at or owner; another moment is reminded of anew."""
    fresh = _lock(task)
    changed = [name for name in CHANGEABLE if name in values and getattr(fresh, name) != values[name]]
    if not changed:
        return fresh
    before = _facts(fresh)
    for name in changed:
        setattr(fresh, name, values[name])
    if "due_at" in changed or "owner" in changed:
        fresh.version, fresh.reminded_at = fresh.version + 1, None
        _forget(fresh)
        _remind(fresh)
    fresh.save(update_fields=[*changed, "version", "reminded_at"])
    audit.record("task.changed", subject=fresh.public_id, by=by, before=before, after=_facts(fresh))
    _emit("task.changed", fresh, by, changed=changed)
    return fresh


@transaction.atomic
def finish(task: Task, *, by: Any) -> Task:
    """It is done."""
    fresh = _lock(task)
    if fresh.done_at is not None:
        return fresh
    fresh.done_at, fresh.done_by = clock.now(), by if isinstance(by, Member) else None
    fresh.save(update_fields=["done_at", "done_by"])
    _forget(fresh)
    audit.record("task.done", subject=fresh.public_id, by=by)
    _emit("task.done", fresh, by)
    return fresh


@transaction.atomic
def take_up(task: Task, *, by: Any) -> Task:
    """It was not done after all."""
    fresh = _lock(task)
    if fresh.done_at is None:
        return fresh
    fresh.done_at = fresh.done_by = None
    # A version of its own: the reminder of the older one may have been spent.
    fresh.version += 1
    fresh.save(update_fields=["done_at", "done_by", "version"])
    _remind(fresh)
    audit.record("task.undone", subject=fresh.public_id, by=by)
    _emit("task.undone", fresh, by)
    return fresh


def remind(due: Sequence[Due]) -> None:
    """What the timers of tasks do: whoever owns one is told, once for each moment it was set for."""
    versions = {int(one.subject): one.version for one in due}
    waiting = Task.objects.filter(pk__in=versions, done_at=None, reminded_at=None)
    locked = list(waiting.select_for_update().order_by("pk").values_list("pk", flat=True))
    for task in Task.objects.filter(pk__in=locked).select_related("owner", "deal", "contact").order_by("pk"):
        if task.version != versions[task.pk] or task.due_at is None:
            continue
        task.reminded_at = clock.now()
        task.save(update_fields=["reminded_at"])
        _tell(task)
        _emit("task.due", task, None)


def _tell(task: Task) -> None:
    about = task.deal.title if task.deal else (task.contact.name if task.contact else "")
    title = Words(gettext_noop("To be done: %(text)s"), {"text": task.text[:200]})
    if task.owner:
        title = Words(
            gettext_noop("%(name)s, to be done: %(text)s"), {"name": task.owner.name, "text": task.text[:200]}
        )
    raise_alert(
        current_salon_id() or 0,
        NewAlert(
            key=_key(task),
            kind=DUE,
            level=Level.INFO,
            title=title,
            text=Words("%(text)s", {"text": about}) if about else Words(""),
            link=f"/deals/{task.deal.public_id}/" if task.deal else "/deals/tasks/",
            link_words=Words(gettext_noop("Open the task")),
            is_notice=True,
        ),
    )


def _remind(task: Task) -> None:
    if task.due_at is not None and task.done_at is None and task.reminded_at is None:
        set_many(current_salon_id(), [NewTimer(DUE, str(task.pk), task.due_at, task.version)])


def _forget(task: Task) -> None:
    """Neither its timer nor what was told of it matters any more."""
    cancel_many(current_salon_id(), DUE, [str(task.pk)])
    clear_alert(current_salon_id() or 0, _key(task))


def _key(task: Task) -> str:
    return f"task:{task.public_id}"


def _lock(task: Task) -> Task:
    # Two questions: a row that was waited for would be joined with what stood beside it before.
    Task.objects.select_for_update().only("pk").get(pk=task.pk)
    return Task.objects.select_related("owner", "deal", "contact").get(pk=task.pk)


def _facts(task: Task) -> dict[str, Any]:
    return {
        "kind": str(task.kind),
        "text": task.text,
        "due_at": task.due_at.isoformat() if task.due_at else None,
        "owner": str(task.owner.public_id) if task.owner else None,
    }


def _emit(kind: str, task: Task, by: Any, **more: Any) -> None:
    payload: dict[str, Any] = {
        "text": task.text,
        "kind": str(task.kind),
        "by": "system" if by is None else type(by).__name__.lower(),
        **more,
    }
    if task.contact_id:
        payload["contact_id"] = task.contact_id
    if task.conversation_id:
        payload["conversation_id"] = task.conversation_id
    if task.deal:
        payload |= {"deal": task.deal.title}
    tell_about([task.deal])
    emit(kind, subject=task.public_id, payload=payload)
