"""Parts of pages rendered outside of a request: what a socket sends to a browser."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.cookies import SimpleCookie
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import get_urlconf, set_urlconf
from django.utils import timezone, translation


def language_of(scope: dict[str, Any]) -> str:
    """The language a socket's page is in: the same cookie and header that the page was made by."""
    headers = dict(scope["headers"])
    request = HttpRequest()
    cookies = SimpleCookie(headers.get(b"cookie", b"").decode("latin-1"))
    request.COOKIES = {name: morsel.value for name, morsel in cookies.items()}
    request.META = {"HTTP_ACCEPT_LANGUAGE": headers.get(b"accept-language", b"").decode("latin-1")}
    return translation.get_language_from_request(request)


@contextmanager
def as_on_a_page(*, language: str, time_zone: str) -> Iterator[None]:
    """Words, hours and addresses as on a page of the salon's host."""
    before = get_urlconf()
    set_urlconf(settings.SALON_URLCONF)
    try:
        with translation.override(language), timezone.override(time_zone):
            yield
    finally:
        set_urlconf(before)
