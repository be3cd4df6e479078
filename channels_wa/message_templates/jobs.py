"""What templates do when a timer is due. All of it asks Meta, so all of it waits in threads of its own."""

import logging
from collections.abc import Sequence

from channels_wa.adapters.cloud_api.graph import GraphError
from channels_wa.message_templates import refusals, submitting, syncing
from channels_wa.message_templates.actions import DELETE, SUBMIT, SYNC
from ops.timers.registry import Due, on_timer

log = logging.getLogger(__name__)


@on_timer(SUBMIT, acts_for="salon", waits=True)
def submit(due: Sequence[Due]) -> None:
    """Hand templates to Meta."""
    for one in due:
        submitting.submit(one.subject, one.version)


@on_timer(DELETE, acts_for="salon", waits=True)
def delete(due: Sequence[Due]) -> None:
    """Have Meta delete templates."""
    for one in due:
        submitting.delete(one.subject, one.version)


@on_timer(SYNC, acts_for="salon", waits=True)
def sync(due: Sequence[Due]) -> None:
    """Read what Meta has of an account."""
    for one in due:
        try:
            syncing.sync(one.subject)
        except GraphError as refused:
            if refused.error_class in refusals.PASSING:
                raise
            # Asking again would hear the same; the number's own pages say what is wrong with it.
            log.warning("templates of account %s cannot be read: %s", one.subject, refused.code)
