"""One short sentence after an action, with Undo where it can be undone."""

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme

EVENT = "toast"


def add_toast(
    response: HttpResponse, text: str, *, kind: str = "success", undo_url: str = "", link: str = "", link_text: str = ""
) -> HttpResponse:
    """Let the page show `text` when it takes this answer; other events the answer already triggers stay."""
    triggers: dict[str, Any] = json.loads(response.headers.get("HX-Trigger", "{}"))
    triggers[EVENT] = {"text": str(text), "kind": kind, "undo": undo_url}
    if link:
        triggers[EVENT] |= {"link": link, "linkText": str(link_text)}
    response["HX-Trigger"] = json.dumps(triggers)
    return response


def add_event(response: HttpResponse, *names: str, **details: Any) -> HttpResponse:
    """Let the page hear these events when it takes this answer; `details` are events that say more than their name."""
    if "HX-Trigger" in response.headers:
        triggers = json.loads(response.headers["HX-Trigger"]) | dict.fromkeys(names, "") | details
        response["HX-Trigger"] = json.dumps(triggers)
    return response


def toast(request: HttpRequest, text: str, *, status: int = 200, undo_url: str = "") -> HttpResponse:
    """An answer that changes nothing but says `text`; without JavaScript, the page one came from says it."""
    failed = status >= 400
    if request.headers.get("HX-Request") != "true":
        messages.add_message(request, messages.ERROR if failed else messages.SUCCESS, str(text))
        return HttpResponseRedirect(_came_from(request), status=303)
    response = HttpResponse(status=status)
    response["HX-Reswap"] = "none"
    return add_toast(response, text, kind="danger" if failed else "success", undo_url=undo_url)


def _came_from(request: HttpRequest) -> str:
    referer = request.headers.get("Referer", "")
    own = url_has_allowed_host_and_scheme(referer, {request.get_host()}, require_https=request.is_secure())
    return referer if own else "/"
