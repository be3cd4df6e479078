"""Choosing the language: it sticks to this browser by a cookie, and to the person."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST
from django.views.i18n import LANGUAGE_QUERY_PARAMETER, set_language


@require_POST
def choose_language(request: Any) -> HttpResponse:
    """Django's own answer; who is logged in finds the choice again on every other host and machine."""
    chosen = request.POST.get(LANGUAGE_QUERY_PARAMETER, "")
    if chosen in dict(settings.LANGUAGES) and request.user.is_authenticated and request.user.language != chosen:
        request.user.language = chosen
        request.user.save(update_fields=["language"])
    return set_language(request)


def keep_language(request: HttpRequest, answer: HttpResponse, language: str) -> None:
    """Give a browser that has not chosen for this host the language that the person has chosen elsewhere."""
    if language in dict(settings.LANGUAGES) and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        answer.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            secure=True,
            samesite="Lax",
        )
