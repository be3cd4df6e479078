"""What timers do with files."""

from collections.abc import Sequence
from uuid import UUID

from channels_wa.media import fetching, sweeping, uploading
from channels_wa.media.inbound import FETCH
from channels_wa.media.sweeping import SWEEP
from channels_wa.media.uploads import UPLOAD
from ops.timers.registry import Due, on_timer


@on_timer(FETCH, acts_for="salon", waits=True)
def fetch(due: Sequence[Due]) -> None:
    """A guest's file is with Meta and should be here."""
    for one in due:
        fetching.fetch(UUID(one.subject))


@on_timer(UPLOAD, acts_for="salon", waits=True)
def upload(due: Sequence[Due]) -> None:
    """A file of ours should be with Meta, for one number."""
    for one in due:
        public_id, _colon, number_id = one.subject.partition(":")
        uploading.upload(UUID(public_id), int(number_id))


@on_timer(SWEEP, acts_for="salon")
def sweep(due: Sequence[Due]) -> None:
    """A file was uploaded a while ago; if no message named it, it goes."""
    sweeping.sweep([UUID(one.subject) for one in due])
