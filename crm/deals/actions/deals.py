"""What is done with a deal. A deal is never deleted: what came to nothing is closed as lost."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, transaction

from crm.contacts.models import Contact
from crm.deals.defaults import currency as salon_currency
from crm.deals.defaults import default_pipeline
from crm.deals.live import tell_boards, tell_changed
from crm.deals.models import Deal, DealMove, Stage
from ops import clock
from ops.events.actions import emit
from tenants.audit import actions as audit
from tenants.audit.models import AuditEntry
from tenants.members.models import Member

LONGEST_TITLE = 120
LONGEST_REASON = 80
# Closer than this two places cannot be told apart for long: the stage is numbered anew.
CLOSEST = 1e-6
CHANGEABLE = ("title", "value_minor", "currency", "owner", "expected_on")


class Stale(Exception):
    """Somebody else changed the deal meanwhile; `deal` is how it is now."""

    def __init__(self, deal: Deal) -> None:
        super().__init__("the deal was changed meanwhile")
        self.deal = deal


class NoReason(ValueError):
    """A deal is lost for a reason."""


class WrongPlace(ValueError):
    """There is no such place: the stage is archived, or of a pipeline that is."""


class NotOpen(ValueError):
    """The deal is not closed, so it cannot be opened again; or there is no stage to go to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDeal:
    """A deal as someone describes it. Without a stage it begins in the first of the default pipeline."""

    contact: Contact
    title: str
    stage: Stage | None = None
    value_minor: int = 0
    currency: str = ""
    owner: Member | None = None
    expected_on: date | None = None
    conversation_id: int | None = None
    source: str = ""


@transaction.atomic
def create(new: NewDeal, *, by: Any, reason: str = "") -> Deal:
    """Write a deal, on top of its stage. Raises NoReason, WrongPlace."""
    stage = _lock_stage(new.stage or first_stage(default_pipeline().pk))
    now = clock.now()
    deal = Deal(
        pipeline_id=stage.pipeline_id,
        stage=stage,
        contact=new.contact,
        conversation_id=new.conversation_id,
        title=new.title[:LONGEST_TITLE],
        value_minor=new.value_minor,
        currency=new.currency or salon_currency(),
        owner=new.owner,
        position=_position(stage, None, None),
        stage_since=now,
        expected_on=new.expected_on,
        source=new.source,
        created_at=now,
        updated_at=now,
    )
    _close_or_open(deal, stage, reason)
    deal.save()
    tell_changed(deal)
    DealMove.objects.create(deal=deal, from_stage=None, to_stage=stage, by=_member(by), at=now)
    audit.record("deal.created", subject=deal.public_id, by=by, after=_facts(deal))
    _emit("deal.created", deal, by, source=new.source)
    _emit_end(deal, by)
    return deal


@transaction.atomic
def move(
    deal: Deal,
    stage: Stage,
    *,
    by: Any,
    above: Deal | None = None,
    below: Deal | None = None,
    version: int | None = None,
    reason: str = "",
) -> Deal:
    """Put a deal into a stage, right under `above` or right over `below`; without both, on top.

    `version` is what the mover saw. Raises Stale, NoReason, WrongPlace.
    """
    stage = _lock_stage(stage)
    fresh = _lock(deal, version)
    was = fresh.stage
    position = _position(stage, above, below, fresh)
    if was.pk == stage.pk:
        return _place(fresh, position, by)
    before = _facts(fresh)
    fresh.stage, fresh.pipeline_id, fresh.position = stage, stage.pipeline_id, position
    fresh.stage_since = clock.now()
    _close_or_open(fresh, stage, reason)
    _save(fresh, "stage", "pipeline", "position", "stage_since", "closed_at", "lost_reason")
    DealMove.objects.create(deal=fresh, from_stage=was, to_stage=stage, by=_member(by))
    audit.record("deal.moved", subject=fresh.public_id, by=by, before=before, after=_facts(fresh))
    _emit("deal.stage_changed", fresh, by, from_stage=was.name, from_stage_ref=str(was.public_id))
    if was.kind != Stage.Kind.OPEN and stage.kind == Stage.Kind.OPEN:
        _emit("deal.reopened", fresh, by)
    if was.kind != stage.kind:
        _emit_end(fresh, by)
    return fresh


@transaction.atomic
def change(deal: Deal, values: Mapping[str, Any], *, by: Any, version: int | None = None) -> Deal:
    """Set title, value_minor, currency, owner or expected_on; the deal as it is then. Raises Stale."""
    fresh = _lock(deal, version)
    changed = [name for name in CHANGEABLE if name in values and getattr(fresh, name) != values[name]]
    if not changed:
        return fresh
    before = _facts(fresh)
    for name in changed:
        setattr(fresh, name, values[name])
    _save(fresh, *changed)
    audit.record("deal.changed", subject=fresh.public_id, by=by, before=before, after=_facts(fresh))
    _emit("deal.changed", fresh, by, changed=changed)
    return fresh


def win(deal: Deal, *, by: Any, version: int | None = None) -> Deal:
    """Move it to the stage of its pipeline for what is won. Raises Stale, WrongPlace."""
    return move(deal, _stage_of_kind(deal, Stage.Kind.WON), by=by, version=version)


def lose(deal: Deal, reason: str, *, by: Any, version: int | None = None) -> Deal:
    """Move it to the stage for what is lost. Raises Stale, NoReason, WrongPlace."""
    return move(deal, _stage_of_kind(deal, Stage.Kind.LOST), by=by, version=version, reason=reason)


def reopen(deal: Deal, *, by: Any, version: int | None = None) -> Deal:
    """Back to the open stage it was closed in, or to the first. Raises Stale, NotOpen, WrongPlace."""
    if Deal.objects.filter(pk=deal.pk, closed_at=None).exists():
        raise NotOpen
    moves = DealMove.objects.filter(
        deal=deal, to_stage__kind=Stage.Kind.OPEN, to_stage__archived_at=None, to_stage__pipeline=deal.pipeline_id
    )
    last = moves.select_related("to_stage").order_by("-pk").first()
    return move(deal, last.to_stage if last else first_stage(deal.pipeline_id), by=by, version=version)


@dataclass(frozen=True, slots=True)
class LastAct:
    """What was done to a deal last: whether it went to another stage, and who did it; no name for a flow or program."""

    is_move: bool
    name: str


def last_act(deal: Deal) -> LastAct:
    """From the audit log, which every verb writes."""
    entry = AuditEntry.objects.filter(subject=str(deal.public_id)).order_by("-pk").first()
    who = Member.objects.filter(public_id=entry.actor).first() if entry and entry.actor_kind == "member" else None
    return LastAct(bool(entry and entry.action == "deal.moved"), who.name if who else "")


def first_stage(pipeline_id: int) -> Stage:
    """Where deals of a pipeline begin. Raises WrongPlace."""
    found = (
        Stage.objects.filter(pipeline_id=pipeline_id, archived_at=None, kind=Stage.Kind.OPEN)
        .order_by("order", "pk")
        .first()
    )
    if found is None:
        raise WrongPlace
    return found


def _stage_of_kind(deal: Deal, kind: str) -> Stage:
    found = (
        Stage.objects.filter(pipeline_id=deal.pipeline_id, archived_at=None, kind=kind).order_by("order", "pk").first()
    )
    if found is None:
        raise WrongPlace
    return found


def _lock_stage(stage: Stage) -> Stage:
    # Those who put deals into one stage take turns, so that no two get the same place. Rows may still refer to it.
    found = (
        Stage.objects.select_for_update(no_key=True, of=("self",))
        .select_related("pipeline")
        .filter(pk=stage.pk, archived_at=None, pipeline__archived_at=None)
        .first()
    )
    if found is None:
        raise WrongPlace
    return found


def _lock(deal: Deal, version: int | None) -> Deal:
    # Two questions: a row that was waited for would be joined with what stood beside it before, or with nothing.
    Deal.objects.select_for_update().only("pk").get(pk=deal.pk)
    fresh = Deal.objects.select_related("stage__pipeline", "contact", "owner").get(pk=deal.pk)
    if version is not None and fresh.version != version:
        raise Stale(fresh)
    return fresh


def _place(deal: Deal, position: float, by: Any) -> Deal:
    """Another place within its stage."""
    if deal.position == position:
        return deal
    before, deal.position = deal.position, position
    _save(deal, "position")
    audit.record(
        "deal.placed",
        subject=deal.public_id,
        by=by,
        before={"position": before},
        after={"position": position},
    )
    _emit("deal.changed", deal, by, changed=["position"])
    return deal


def _position(stage: Stage, above: Deal | None, below: Deal | None, moving: Deal | None = None) -> float:
    """A place under the one, or over the other; on top without them, or if they are not here any more."""
    for _ in range(3):
        others = Deal.objects.filter(stage=stage).exclude(pk=moving.pk if moving else 0)
        upper = others.filter(pk=above.pk).values_list("position", "pk").first() if above else None
        lower = others.filter(pk=below.pk).values_list("position", "pk").first() if below else None
        if upper and not lower:
            lower = others.filter(position__gte=upper[0]).exclude(pk=upper[1]).order_by("position", "pk").values_list(
                "position", "pk"
            ).first()  # fmt: skip
        elif lower and not upper:
            upper = others.filter(position__lte=lower[0]).exclude(pk=lower[1]).order_by("-position", "-pk").values_list(
                "position", "pk"
            ).first()  # fmt: skip
        elif not lower:
            lower = others.order_by("position", "pk").values_list("position", "pk").first()
        if upper is None:
            return lower[0] - 1 if lower else 0.0
        if lower is None:
            return float(upper[0]) + 1
        if lower[0] - upper[0] > CLOSEST:
            return float(upper[0] + lower[0]) / 2
        if lower[0] < upper[0]:
            # What was between them is elsewhere now: under the upper one is as near as it gets.
            below = None
            continue
        _spread(stage)
    return float(upper[0]) + 0.5 if upper else 0.0


def _spread(stage: Stage) -> None:
    """Number a stage's deals anew, in their order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE deal SET position = numbered.place FROM (SELECT id, row_number() OVER (ORDER BY position, id) "
            "AS place FROM deal WHERE stage_id = %s) numbered WHERE deal.id = numbered.id",
            [stage.pk],
        )
    tell_boards()


def _close_or_open(deal: Deal, stage: Stage, reason: str) -> None:
    reason = reason.strip()[:LONGEST_REASON]
    if stage.kind == Stage.Kind.LOST and not reason:
        raise NoReason
    deal.lost_reason = reason if stage.kind == Stage.Kind.LOST else ""
    if stage.kind == Stage.Kind.OPEN:
        deal.closed_at = None
    elif deal.closed_at is None:
        deal.closed_at = clock.now()


def _save(deal: Deal, *fields: str) -> None:
    deal.version += 1
    deal.updated_at = clock.now()
    deal.save(update_fields=[*fields, "version", "updated_at"])
    tell_changed(deal)


def _facts(deal: Deal) -> dict[str, Any]:
    return {
        "title": deal.title,
        "stage": deal.stage.name,
        "value_minor": deal.value_minor,
        "currency": deal.currency,
        "owner": str(deal.owner.public_id) if deal.owner else None,
        "expected_on": deal.expected_on.isoformat() if deal.expected_on else None,
        "lost_reason": deal.lost_reason,
    }


def _member(by: Any) -> Member | None:
    return by if isinstance(by, Member) else None


def _emit_end(deal: Deal, by: Any) -> None:
    if deal.stage.kind == Stage.Kind.WON:
        _emit("deal.won", deal, by)
    elif deal.stage.kind == Stage.Kind.LOST:
        _emit("deal.lost", deal, by, reason=deal.lost_reason)


def _emit(kind: str, deal: Deal, by: Any, **more: Any) -> None:
    """Flows read `contact_id`, and show their expressions what has no `_id` at its end."""
    payload: dict[str, Any] = {
        "contact_id": deal.contact_id,
        "title": deal.title,
        "pipeline": deal.stage.pipeline.name,
        "pipeline_ref": str(deal.stage.pipeline.public_id),
        "stage": deal.stage.name,
        "stage_ref": str(deal.stage.public_id),
        "value_minor": deal.value_minor,
        "currency": deal.currency,
        "by": "system" if by is None else type(by).__name__.lower(),
        **more,
    }
    if deal.conversation_id:
        payload["conversation_id"] = deal.conversation_id
    emit(kind, subject=deal.public_id, payload=payload)
