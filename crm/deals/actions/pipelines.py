"""Pipelines and their stages: named, put in order, put away."""

from collections.abc import Sequence
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from crm.deals.live import tell_boards
from crm.deals.models import Deal, DealMove, Pipeline, Stage
from ops import clock
from ops.events.actions import emit
from tenants.audit import actions as audit
from tenants.members.models import Member

Row = TypeVar("Row", Pipeline, Stage)
MOST_PIPELINES = 20
MOST_STAGES = 20
MOST_REASONS = 30


class InUse(ValueError):
    """Deals are there: say where they go."""

    def __init__(self, count: int) -> None:
        super().__init__(f"{count} deals are there")
        self.count = count


class Needed(ValueError):
    """It cannot be put away: the default pipeline, or the last stage of its kind."""


class TooMany(ValueError):
    """A salon has at most so many of them."""


@transaction.atomic
def create(name: str, *, stages: Sequence[dict[str, Any]], lost_reasons: Sequence[str] = (), by: Any) -> Pipeline:
    """Write a pipeline with its stages, in order. Raises TooMany, and Needed without an open, a won and a lost one."""
    if Pipeline.objects.filter(archived_at=None).count() >= MOST_PIPELINES or len(stages) > MOST_STAGES:
        raise TooMany
    if {stage.get("kind", Stage.Kind.OPEN) for stage in stages} != set(Stage.Kind.values):
        raise Needed
    order = (Pipeline.objects.aggregate(most=Max("order"))["most"] or 0) + 1
    pipeline = Pipeline.objects.create(name=name, order=order, lost_reasons=list(lost_reasons))
    Stage.objects.bulk_create(Stage(pipeline=pipeline, order=place, **stage) for place, stage in enumerate(stages))
    audit.record("pipeline.created", subject=pipeline.public_id, by=by, after={"name": name})
    emit("pipeline.created", subject=pipeline.public_id, payload={"name": name})
    return pipeline


@transaction.atomic
def change(pipeline: Pipeline, values: dict[str, Any], *, by: Any) -> Pipeline:
    """Set name, lost_reasons or order."""
    fresh = Pipeline.objects.select_for_update().get(pk=pipeline.pk)
    return _set(fresh, "pipeline.changed", fresh.public_id, values, by)


@transaction.atomic
def make_default(pipeline: Pipeline, *, by: Any) -> Pipeline:
    """Let deals begin here that name no pipeline."""
    rows = {row.pk: row for row in Pipeline.objects.select_for_update().order_by("pk")}
    fresh = rows[pipeline.pk]
    if fresh.archived_at:
        raise Needed
    if not fresh.is_default:
        Pipeline.objects.filter(is_default=True).update(is_default=False)
        _set(fresh, "pipeline.changed", fresh.public_id, {"is_default": True}, by)
    return fresh


@transaction.atomic
def archive(pipeline: Pipeline, *, by: Any, target: Stage | None = None) -> Pipeline:
    """Put it away; its open deals go to `target`. Raises InUse without one, Needed for the default pipeline."""
    fresh = Pipeline.objects.select_for_update().get(pk=pipeline.pk)
    if fresh.archived_at:
        return fresh
    if fresh.is_default or (target and target.pipeline_id == fresh.pk):
        raise Needed
    _send_on(Deal.objects.filter(pipeline=fresh, closed_at=None), target, by)
    return _set(fresh, "pipeline.archived", fresh.public_id, {"archived_at": clock.now()}, by)


@transaction.atomic
def add_stage(pipeline: Pipeline, values: dict[str, Any], *, by: Any) -> Stage:
    """Write a stage: an open one before those where deals end, others at the end. Raises TooMany."""
    rows = _lock_stages(pipeline)
    if len(rows) >= MOST_STAGES:
        raise TooMany
    stage = Stage.objects.create(pipeline=pipeline, order=len(rows), **values)
    is_open = stage.kind == Stage.Kind.OPEN
    ends = [row for row in rows if row.kind != Stage.Kind.OPEN] if is_open else []
    _number([*(row for row in rows if row not in ends), stage, *ends])
    audit.record("stage.created", subject=stage.public_id, by=by, after=_plain(values))
    tell_boards()
    emit("stage.created", subject=stage.public_id, payload={"pipeline": str(pipeline.public_id), "name": stage.name})
    return stage


@transaction.atomic
def change_stage(stage: Stage, values: dict[str, Any], *, by: Any) -> Stage:
    """Set name, probability or rot_days. The kind stays: deals that are there would open or close by it."""
    fresh = Stage.objects.select_for_update().get(pk=stage.pk)
    return _set(fresh, "stage.changed", fresh.public_id, values, by)


@transaction.atomic
def move_stage(stage: Stage, by_places: int, *, by: Any) -> Stage:
    """Put a stage further left (negative) or right."""
    rows = _lock_stages(stage.pipeline)
    place = next((number for number, row in enumerate(rows) if row.pk == stage.pk), None)
    if place is None:
        return stage
    wanted = min(max(place + by_places, 0), len(rows) - 1)
    rows.insert(wanted, rows.pop(place))
    _number(rows)
    if wanted != place:
        audit.record("stage.moved", subject=stage.public_id, by=by, before={"order": place}, after={"order": wanted})
        emit("stage.changed", subject=stage.public_id, payload={"changed": ["order"]})
        tell_boards()
    return rows[wanted]


@transaction.atomic
def archive_stage(stage: Stage, *, by: Any, target: Stage | None = None) -> Stage:
    """Put it away; its deals go to `target`. Raises InUse without one, Needed for the last of its kind."""
    rows = _lock_stages(stage.pipeline)
    fresh = next((row for row in rows if row.pk == stage.pk), None)
    if fresh is None:
        return stage
    if sum(row.kind == fresh.kind for row in rows) == 1 or (target and target.pk == fresh.pk):
        raise Needed
    # Closed deals may stay: they are found by their pipeline, and their history names the stage.
    _send_on(Deal.objects.filter(stage=fresh, closed_at=None), target, by)
    return _set(fresh, "stage.archived", fresh.public_id, {"archived_at": clock.now()}, by)


def _send_on(deals: Any, target: Stage | None, by: Any) -> None:
    """All of them, under what is in the target already, in their order."""
    locked = list(deals.select_for_update().order_by("pk").values_list("pk", flat=True))
    found = list(Deal.objects.filter(pk__in=locked).select_related("stage").order_by("position", "pk"))
    if not found:
        return
    if target is None:
        raise InUse(len(found))
    if target.archived_at or target.kind != Stage.Kind.OPEN:
        raise Needed
    Stage.objects.select_for_update(no_key=True).get(pk=target.pk)
    last = Deal.objects.filter(stage=target).aggregate(most=Max("position"))["most"] or 0
    now, member = clock.now(), by if isinstance(by, Member) else None
    DealMove.objects.bulk_create(
        DealMove(deal=deal, from_stage=deal.stage, to_stage=target, by=member, at=now) for deal in found
    )
    for place, deal in enumerate(found, 1):
        was, deal.stage, deal.pipeline_id = deal.stage, target, target.pipeline_id
        deal.position, deal.stage_since, deal.updated_at, deal.version = last + place, now, now, deal.version + 1
        audit.record(
            "deal.moved", subject=deal.public_id, by=by, before={"stage": was.name}, after={"stage": target.name}
        )
        # No `deal.stage_changed`: the pipeline changed under it, and no flow should write to these guests for it.
        emit("deal.changed", subject=deal.public_id, payload={"contact_id": deal.contact_id, "changed": ["stage"]})
    Deal.objects.bulk_update(
        found, ["stage", "pipeline", "position", "stage_since", "updated_at", "version"], batch_size=500
    )


def _lock_stages(pipeline: Pipeline) -> list[Stage]:
    Pipeline.objects.select_for_update(no_key=True).get(pk=pipeline.pk)
    return list(Stage.objects.filter(pipeline=pipeline, archived_at=None).order_by("order", "pk"))


def _number(rows: Sequence[Stage]) -> None:
    for place, row in enumerate(rows):
        if row.order != place:
            row.order = place
            row.save(update_fields=["order"])


def _set(row: Row, action: str, subject: UUID, values: dict[str, Any], by: Any) -> Row:
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    if not changed:
        return row
    before = {name: getattr(row, name) for name in changed}
    for name, value in changed.items():
        setattr(row, name, value)
    row.save(update_fields=list(changed))
    audit.record(action, subject=subject, by=by, before=_plain(before), after=_plain(changed))
    emit(action, subject=subject, payload={"changed": list(changed)})
    tell_boards()
    return row


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value if isinstance(value, str | int | bool | list | None) else str(value)
        for name, value in values.items()
    }
