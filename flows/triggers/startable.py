"""Which flows may begin a run."""

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from billing.subscriptions.excess import first_over
from channels_wa.numbers.queries import own_numbers
from flows.models import Flow
from ops.salon import current_salon_id


def startable() -> QuerySet[Flow]:
    """Published, switched on, not paused by its failures, not put away, within the plan. Nothing else ever starts a
    run."""
    rows = Flow.objects.filter(is_active=True, published__isnull=False, paused_at=None, archived_at=None)
    beyond = first_over(current_salon_id() or 0, "flows")
    return rows if beyond is None else rows.filter(pk__lt=beyond)


def why_not_default(flow: Flow) -> str:
    """Why this flow cannot be what answers on a number when no other wants a message; empty if it can."""
    if flow.archived_at is not None:
        return _("%(flow)s is archived: it begins with nobody.") % {"flow": flow.name}
    if flow.paused_at is not None:
        return _("%(flow)s is paused: it begins with nobody until it is resumed.") % {"flow": flow.name}
    if flow.published_id is None:
        return _("%(flow)s is not published yet.") % {"flow": flow.name}
    return ""


def default_on(flow: Flow) -> list[str]:
    """The numbers on which it answers what no other flow wants, as people know them."""
    return [str(number) for number in own_numbers().filter(default_flow=flow.public_id).order_by("pk")]
