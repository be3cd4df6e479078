"""On a salon's host: what plan or subscription do not allow is refused in words, with the way to the plans."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from billing.subscriptions.doors import check_page, way_out_words
from billing.subscriptions.refusing import Refused
from ops.metrics import PLAN_REFUSALS
from portal.frame.toasts import add_toast
from tenants.access.roles import Permission

JSON = "application/json"


class PlanMiddleware:
    """Behind the middleware that knows who asks; a Refused that a page raises comes here too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        """Answer."""
        return self.get_response(request)

    def process_view(self, request: Any, *_args: object) -> HttpResponse | None:
        """Ask before the page does anything. Strangers are the page's to send away."""
        if request.salon is None or request.member is None:
            return None
        try:
            check_page(request)
        except Refused as refused:
            return refuse(request, refused)
        return None

    def process_exception(self, request: Any, error: Exception) -> HttpResponse | None:
        """A page found out by itself."""
        return refuse(request, error) if isinstance(error, Refused) and request.salon is not None else None


def refuse(request: Any, refused: Refused) -> HttpResponse:
    """The sentence, as a toast for a part of a page, as JSON for a script, else as a page of its own."""
    PLAN_REFUSALS.inc()
    member = getattr(request, "member", None)
    may_see = member is not None and member.may(Permission.BILLING_SEE)
    if request.headers.get("HX-Request") == "true":
        response = HttpResponse(status=refused.status)
        response["HX-Reswap"] = "none"
        link = refused.way_out if may_see else ""
        return add_toast(response, str(refused), kind="danger", link=link, link_text=way_out_words())
    if request.content_type == JSON:
        body = {"detail": str(refused), "code": refused.code, "way_out": refused.way_out}
        return JsonResponse(body, status=refused.status)
    is_state = refused.code.startswith("subscription_")
    context = {"words": str(refused), "way_out": refused.way_out if may_see else "", "is_state": is_state}
    return render(request, "subscriptions/refused.html", context, status=refused.status)
