"""Uploads that no message ever named."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from channels_wa.media import actions
from channels_wa.media.models import Media
from ops import clock
from ops.salon import current_salon_id
from ops.timers.actions import NewTimer, set_missing

SWEEP = "media.sweep"
AFTER = timedelta(days=1)


def look_in_a_day(media: Media) -> None:
    """In the transaction of the upload."""
    set_missing(current_salon_id(), [NewTimer(SWEEP, str(media.public_id), clock.now() + AFTER)])


def sweep(public_ids: Sequence[UUID]) -> None:
    """Throw away those that are still unused; inside a transaction."""
    unused = Media.objects.select_for_update().filter(public_id__in=public_ids, direction="out", used_at=None)
    actions.throw_away(list(unused.filter(message_id=None)))
