"""The e-mails of invitations and offers are errands."""

from collections.abc import Sequence

from ops.timers.registry import Due, on_timer
from tenants.members import inviting, mailing, ownership


@on_timer(inviting.MAIL, acts_for="salon", waits=True)
def send_invitations(due: Sequence[Due]) -> None:
    """Write to somebody who is invited."""
    for one in due:
        mailing.send_invitation(int(one.subject), one.version)


@on_timer(ownership.MAIL, acts_for="salon", waits=True)
def send_offers(due: Sequence[Due]) -> None:
    """Write to the member who is to take the salon over."""
    for one in due:
        mailing.send_offer(int(one.subject))
