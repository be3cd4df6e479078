"""Going on with what was asked for a whole list."""

from collections.abc import Sequence

from crm.sending.actions import BULK, VERBS, act_on_all
from crm.sending.tabs import Chosen
from ops.timers.registry import Due, on_timer
from tenants.members.models import Member


@on_timer(BULK, acts_for="salon")
def go_on(due: Sequence[Due]) -> None:
    """The next batch of each."""
    for one in due:
        verb, show, cause, up_to, member_id = one.subject.split("|")
        by = Member.objects.filter(pk=int(member_id), is_active=True).first()
        if by is not None and verb in VERBS:
            act_on_all(verb, Chosen.by_name(show, cause), by=by, up_to=int(up_to))
