"""Messages of a type that was not known when they came: kept as unsupported, read again when an operator replays them.

They are not answered any more: the guest's talk went on long ago.
"""

from collections.abc import Sequence

from django.db import transaction

from channels_wa.inbound import queue
from channels_wa.inbound.answer import unknown_type
from channels_wa.inbound.keep import Work
from channels_wa.messages import inbound as messages
from ops import claim


def reread(works: Sequence[Work]) -> None:
    """Show what this release can read by now; the rest goes back to the operator. Called inside the salon."""
    for work in works:
        try:
            _reread(work)
        except claim.LeaseLost:
            continue
        except Exception as error:
            claim.retry(queue.MESSAGES, work.row, f"{type(error).__name__}: {error}")


@transaction.atomic
def _reread(work: Work) -> None:
    if not work.incoming.message.is_known:
        queue.shelve(work.row, unknown_type(work.incoming))
        return
    messages.read_again(work.row.values["message_id"], work.incoming)
    claim.finish(queue.OTHERS, [work.row])
