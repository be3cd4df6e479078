"""What all pages for guests share: language, how often, where they may be framed, what a browser may keep."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseForbidden, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation.trans_real import get_supported_language_variant, parse_accept_lang_header
from django.views.decorators.csrf import csrf_exempt

from config.env import env
from crm.bookings import defaults
from crm.bookings.page import limits
from crm.bookings.page.choice import language_in, look_of

# Longer than any browser's, short enough to be read at once.
_LONGEST_HEADER: Final = 300
MOST_ORIGINS: Final = 10
_MOST_KEPT: Final = 60


@dataclass(frozen=True, slots=True)
class Look:
    """How a page is shown to whoever asked for it."""

    language: str
    # The language, where it was chosen here.
    chosen: str
    is_embedded: bool
    origins: tuple[str, ...]
    intro: str
    # The page in another language: its address, and what is kept in it.
    path: str
    kept: tuple[tuple[str, str], ...] = ()

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """As it is carried in addresses and forms."""
        return look_of(self.chosen, is_embedded=self.is_embedded)

    @property
    def query(self) -> str:
        """The same behind an address: `?lang=en`, or nothing."""
        return f"?{urlencode(self.pairs)}" if self.pairs else ""

    @property
    def languages(self) -> list[tuple[str, str, str, bool]]:
        """Code, name, the page's address in it, and whether it is in it."""
        return [
            (code, str(name), f"{self.path}?{urlencode([*self.kept, ('lang', code)])}", code == self.language)
            for code, name in settings.LANGUAGES
        ]


def guest_page(*, private: bool) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """For strangers, and nobody's login counts. `private` for pages behind a secret in their address: these stay open
    when the salon has switched the page off, and no browser or proxy keeps them.

    Django's CSRF token is not asked for; why, and what is instead, stands in tickets.
    """

    def guard(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @csrf_exempt
        @wraps(view)
        def shown(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
            # Framed or not, our own forms are sent by our own page.
            if request.method == "POST" and request.headers.get("Sec-Fetch-Site") == "cross-site":
                return HttpResponseForbidden("cross-site", content_type="text/plain")
            policy = defaults.policy()
            if not (private or policy.is_page_open):
                raise Http404
            request.look = look_for(request, policy.page)
            with translation.override(request.look.language):
                try:
                    limits.count(limits.reads(limits.address_of(request)))
                    answer = view(request, *args, **kwargs)
                except limits.TooMany as many:
                    answer = slow_down(request, many.wait_s)
            return _finished(answer, request.look, private=private)

        return shown

    return guard


def slow_down(request: HttpRequest, wait_s: int) -> HttpResponse:
    """Too often: kindly."""
    minutes = max(-(-wait_s // 60), 1)
    answer = render(request, "crm/bookings/page/slow.html", {"minutes": minutes}, status=429)
    answer["Retry-After"] = str(wait_s)
    return answer


def look_for(request: Any, page: dict[str, Any]) -> Look:
    """By the address, the browser and the salon."""
    chosen = language_in(request.GET) or language_in(request.POST)
    is_embedded = "1" in (request.GET.get("embed"), request.POST.get("embed"))
    language, path, kept = chosen or _language(request), *_place(request)
    return Look(language, chosen, is_embedded, origins_of(page), str(page.get("intro", "")), path, kept)


def _place(request: Any) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Where the same page is read: what answers a form has an address that cannot be."""
    if request.method != "POST":
        return request.path, tuple((name, one) for name, one in _pairs(request.GET) if name != "done")
    token = request.resolver_match.kwargs.get("token")
    if token is not None:
        return reverse("book:visit", args=[token]), tuple(pair for pair in _pairs(request.POST) if pair[0] == "embed")
    # What a person typed about themself stays out of addresses.
    return request.path, tuple(pair for pair in _pairs(request.POST) if pair[0] in ("s", "a", "p", "at", "embed"))


def _pairs(data: QueryDict) -> list[tuple[str, str]]:
    return [(name, one) for name, them in data.lists() if name != "lang" for one in them][:_MOST_KEPT]


def origins_of(page: dict[str, Any]) -> tuple[str, ...]:
    """The sites that may show the page within theirs, as the salon named them; what is none is left out."""
    found = page.get("origins")
    listed = [read_origin(str(one)) for one in found] if isinstance(found, list) else []
    return tuple(one for one in listed if one)[:MOST_ORIGINS]


def read_origin(text: str) -> str:
    """https://example.com of an address as people write it; empty for what is no site. It stands in a header, so
    nothing but scheme, host and port comes through."""
    text = text.strip().lower()
    if len(text) > _LONGEST_HEADER:
        return ""
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port
    except (ValueError, UnicodeError):
        return ""
    allowed = ("https", "http") if env.demo else ("https",)
    labels = host.split(".")
    fits = all(label and label.replace("-", "").isalnum() and label.isascii() for label in labels)
    if parts.scheme not in allowed or not fits or (len(labels) < 2 and not env.demo) or len(host) > 253:
        return ""
    return f"{parts.scheme}://{host}" + (f":{port}" if port else "")


def _language(request: Any) -> str:
    kept = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    if kept in dict(settings.LANGUAGES):
        return str(kept)
    wanted = request.headers.get("Accept-Language", "")[:_LONGEST_HEADER].lower()
    for code, _weight in parse_accept_lang_header(wanted):
        try:
            return str(get_supported_language_variant(code))
        except LookupError:
            continue
    own = request.salon.language
    return str(own if own in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE)


def _finished(answer: HttpResponse, look: Look, *, private: bool) -> HttpResponse:
    if look.is_embedded and look.origins:
        # Only what says that it is embedded, and only where the salon said so: by default nowhere.
        answer._csp_replace = {"frame-ancestors": list(look.origins)}  # type: ignore[attr-defined]
        answer.xframe_options_exempt = True  # type: ignore[attr-defined]
    if private:
        answer["Cache-Control"] = "no-store, private"
        answer["Referrer-Policy"] = "no-referrer"
        answer["X-Robots-Tag"] = "noindex, nofollow"
    else:
        answer["Cache-Control"] = "no-cache, private"
    return answer
