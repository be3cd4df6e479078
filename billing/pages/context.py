"""The notice of a payment or a trial, above every page of a salon."""

from functools import lru_cache
from time import monotonic
from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from billing.pages import standing
from billing.plans.queries import terms_of
from billing.subscriptions import entitlement
from billing.subscriptions.models import Subscription
from billing.subscriptions.states import State
from ops import clock
from tenants.access.roles import Permission
from tenants.salons.models import Salon

# Other pages ask no more often; those below /billing/ show what has just changed.
_KEEP_S = 2.0
_OWN = "/billing/"


def billing(request: HttpRequest) -> dict[str, Any]:
    """`billing_notice`, for those who may see bills. Lazy: fragments have none and ask nothing."""
    member, salon = getattr(request, "member", None), getattr(request, "salon", None)
    if member is None or salon is None or not member.may(Permission.BILLING_SEE):
        return {"billing_notice": None}
    may_pay: bool = member.may(Permission.BILLING_MANAGE)
    return {
        "billing_notice": SimpleLazyObject(lambda: _notice(request, salon, may_pay)),
        "bill_may_manage": may_pay,
    }


def _notice(request: HttpRequest, salon: Salon, may_pay: bool) -> standing.Notice | None:
    if request.path.startswith(_OWN):
        return standing.notice(standing.row_of(request), clock.now(), may_pay=may_pay)
    # Of most salons there is nothing to tell, and what they live on has been asked for already.
    if terms_of(salon.pk).state in ("", State.ACTIVE):
        return None
    return standing.notice(_row(salon.pk, int(monotonic() / _KEEP_S)), clock.now(), may_pay=may_pay)


@lru_cache(maxsize=4096)
def _row(salon_id: int, _slice: int) -> Subscription:
    return entitlement.of(salon_id)
