"""Step-up: what is worth stealing opens only to who proved themselves a moment ago.

People log in on the public host only (ADR 17). The entry code carries over when they last proved there who they are;
the salon's session keeps that moment. When it is too long ago, the whole page goes to the public host, which asks again
(or does not have to, where the proof is fresh there) and sends a new code.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpResponse, HttpResponseRedirect

from ops import clock
from tenants.salons.hosts import prove_url

FRESH_FOR = timedelta(minutes=15)
# In a salon's session: when its person last proved themselves, in seconds since 1970.
PROVED_AT = "proved_at"


def fresh(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Open a view only within FRESH_FOR of the last proof; stands below @allowed(...).

    A page is asked for again after the proof; of anything else the person comes back to the page they were on.
    """

    @wraps(view)
    def checked(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if is_fresh(request.session):
            return view(request, *args, **kwargs)
        return to_proof(request)

    checked.is_fresh = True  # type: ignore[attr-defined]
    return checked


def note_proof(session: Any, at: datetime | None) -> None:
    """Keep in a salon's session when its person last proved themselves."""
    if at is None:
        session.pop(PROVED_AT, None)
    else:
        session[PROVED_AT] = at.timestamp()


def is_fresh(session: Any) -> bool:
    """Whether the person of this salon's session proved themselves within FRESH_FOR."""
    at = session.get(PROVED_AT)
    return isinstance(at, int | float) and 0 <= clock.real().timestamp() - at < FRESH_FOR.total_seconds()


def to_proof(request: Any) -> HttpResponse:
    """The way over the public host and back to the page."""
    is_fragment = bool(request.headers.get("HX-Request"))
    if request.method in ("GET", "HEAD") and not is_fragment:
        back = request.get_full_path()
    else:
        back = _page_of(request, request.headers.get("HX-Current-URL") or request.headers.get("Referer", ""))
    target = prove_url(request.salon, next_path=back)
    if is_fragment or request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate":
        # A fragment or a script's call cannot show another page: the whole page goes there.
        return HttpResponse(status=401, headers={"HX-Redirect": target})
    answer = HttpResponseRedirect(target)
    if request.method not in ("GET", "HEAD"):
        answer.status_code = 303
    return answer


def _page_of(request: Any, address: str) -> str:
    parts = urlsplit(address)
    if parts.netloc != request.get_host():
        return "/"
    return parts.path + (f"?{parts.query}" if parts.query else "")
