"""The bell on every page of a salon."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from tenants.access.roles import Permission
from tenants.alerts.queries import bell


def alerts(request: HttpRequest) -> dict[str, Any]:
    """`alert_bell`, nothing for those who may not see alerts. Lazy: fragments have no bell and ask nothing."""
    member = getattr(request, "member", None)
    if member is None or not member.may(Permission.ALERTS_SEE):
        return {"alert_bell": None}
    return {"alert_bell": SimpleLazyObject(lambda: bell(member.pk))}
