"""An operator's word on what a salon gave to all."""

from flows.gallery.models import SharedFlow
from ops import clock


def review(shared: SharedFlow, *, approve: bool, by: str, note: str = "") -> bool:
    """An operator's word; False where it waits for none any more. Call it in the transaction that notes the act."""
    row = SharedFlow.objects.select_for_update().get(pk=shared.pk)
    if row.state != SharedFlow.State.SUBMITTED:
        return False
    if approve:
        # The newest word stands: the flow's older version leaves the gallery.
        SharedFlow.objects.filter(
            salon_id=row.salon_id, flow_public_id=row.flow_public_id, state=SharedFlow.State.APPROVED
        ).update(state=SharedFlow.State.WITHDRAWN)
    row.state = SharedFlow.State.APPROVED if approve else SharedFlow.State.REJECTED
    row.review_note, row.reviewed_by, row.reviewed_at = note, by, clock.now()
    row.save(update_fields=["state", "review_note", "reviewed_by", "reviewed_at"])
    return True
