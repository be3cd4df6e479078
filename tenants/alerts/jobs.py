"""What alerts do when a timer is due: each telling outside of the portal is an errand."""

from collections.abc import Sequence

from ops.timers.registry import Due, on_timer
from tenants.alerts import delivering
from tenants.alerts.telling import MAIL, WEBHOOK


@on_timer(MAIL, acts_for="salon", waits=True)
def send_mail(due: Sequence[Due]) -> None:
    """Write to a member."""
    for one in due:
        delivering.deliver(int(one.subject))


@on_timer(WEBHOOK, acts_for="salon", waits=True)
def call_webhook(due: Sequence[Due]) -> None:
    """Call the salon's program."""
    for one in due:
        delivering.deliver(int(one.subject))
