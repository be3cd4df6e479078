"""Changes of accounts and errors: kept as events of every salon that they concern."""

import json
from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from channels_wa.inbound import queue
from channels_wa.inbound.contents import contents, routes
from channels_wa.inbound.reading import RawItem
from ops import claim
from ops.events.actions import NewEvent, emit_many
from ops.salon import run_in_salon
from tenants.salons.models import Salon

AT_ONCE = 100


def note_changes() -> int:
    """One batch; how many items. A change that names no number goes to all salons of the business account."""
    rows = queue.claim_changes(AT_ONCE)
    raw_items = contents((row.values["delivery_id"], row.values["index"]) for row in rows)
    for row in rows:
        raw = raw_items[row.values["delivery_id"], row.values["index"]]
        if raw is None:
            queue.quarantine([row], "its delivery is gone")
            continue
        try:
            _note(row, raw)
        except claim.LeaseLost:
            continue
        except Exception as error:
            claim.retry(queue.OTHERS, row, f"{type(error).__name__}: {error}")
    return len(rows)


@transaction.atomic
def _note(row: claim.Claimed, raw: RawItem) -> None:
    salon_ids: Sequence[int] = [row.values["salon_id"]] if row.values["salon_id"] else routes().salons(raw.waba_id)
    subjects = dict(Salon.objects.filter(pk__in=salon_ids).values_list("pk", "public_id"))
    for salon_id, subject in subjects.items():
        run_in_salon(salon_id, lambda subject=subject: emit_many([_event(raw, subject)]))  # type: ignore[misc]
    claim.finish(queue.OTHERS, [row])


def _event(raw: RawItem, subject: UUID) -> NewEvent:
    value = json.loads(json.dumps(raw.item, default=str))
    payload = {"waba_id": raw.waba_id, "value": value, **({"time": raw.sent_at} if raw.sent_at else {})}
    return NewEvent(f"meta.{raw.field or raw.kind}"[:60], subject, payload)
