"""The second door into a salon: a request to its host."""

from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone

from config.env import env
from ops.redaction import learn
from ops.salon import inside
from tenants.access.keys import salon_of_key
from tenants.salons.hosts import public_url, salon_at


class SalonMiddleware:
    """Sets `request.salon` (None on the public host) and runs the rest inside it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        """Resolve the host; an unknown one gets 404 without a hint."""
        request.salon = None
        try:
            hostname = request.get_host().partition(":")[0].lower()
        except DisallowedHost:
            return render(request, "404.html", status=404)
        if hostname in ("localhost", "127.0.0.1") and hostname != env.public_hostname:
            return HttpResponseRedirect(public_url(request.get_full_path()))
        if hostname == env.public_hostname:
            return self._on_public_host(request)
        salon = salon_at(hostname)
        if salon is None:
            return render(request, "404.html", status=404)
        request.salon = salon
        learn(salon.pk, salon.log_redaction)
        request.urlconf = settings.SALON_URLCONF
        # Every time on a page is the salon's.
        with inside(salon.pk), timezone.override(salon.time_zone):
            response = self.get_response(request)
        # What is streamed by a coroutine asks no database: it was loaded before.
        if response.streaming and not response.is_async:  # type: ignore[attr-defined]
            response.streaming_content = _read_inside(salon.pk, response.streaming_content)  # type: ignore[attr-defined]
        return response

    def _on_public_host(self, request: Any) -> HttpResponse:
        # Links in mail are made of it, and a port that somebody wrote into their request would lead there.
        request.META["HTTP_HOST"] = env.public_host
        # Here an integrator's key, and nothing else, names the salon.
        salon_id = salon_of_key(request) if request.path.startswith("/api/v1/") else None
        if salon_id is None:
            return self.get_response(request)
        with inside(salon_id):
            return self.get_response(request)


def _read_inside(salon_id: int, parts: Iterator[bytes]) -> Iterator[bytes]:
    # A streamed body is read after the middleware has left the salon.
    iterator = iter(parts)
    while True:
        with inside(salon_id):
            try:
                part = next(iterator)
            except StopIteration:
                return
        yield part
