"""What became of a file: its row, the event, and the pages that show it."""

from collections.abc import Sequence

from django.db import transaction

from channels_wa.media.models import Media, State
from ops.events.actions import NewEvent, emit_many
from ops.live import publish_on_commit
from ops.salon import current_salon_id

INBOX = "inbox"


@transaction.atomic
def refuse(media: Media, reason: str, *, state: str = State.REFUSED) -> None:
    """The file will not be seen, for this reason; its message says so."""
    if Media.objects.filter(pk=media.pk, state=State.WAITING).update(state=state, reason=reason, source_url=""):
        media.state, media.reason = state, reason
        changed([media])


def changed(files: Sequence[Media]) -> None:
    """Write the events and have open pages draw the messages anew; in the transaction of the change."""
    emit_many(
        [
            NewEvent(f"media.{one.state}", one.public_id, {"message_id": one.message_id, "reason": one.reason})
            for one in files
        ]
    )
    messages, salon_id = [one.message_id for one in files if one.message_id], current_salon_id()
    if messages and salon_id is not None:
        publish_on_commit(salon_id, INBOX, {"kind": "statuses", "messages": messages, "conversations": []})
