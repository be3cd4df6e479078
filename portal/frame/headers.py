"""What every answer says to browsers beside its content, whoever made it: a page, an error, a file, an unknown host."""

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse

# The portal records voice messages; of everything else a browser could lend a page nothing is used.
_UNUSED: Final = (
    "accelerometer", "autoplay", "browsing-topics", "camera", "display-capture", "encrypted-media", "geolocation",
    "gyroscope", "hid", "idle-detection", "local-fonts", "magnetometer", "midi", "payment", "screen-wake-lock",
    "serial", "usb", "xr-spatial-tracking",
)  # fmt: skip
PERMISSIONS: Final = ", ".join([*(f"{name}=()" for name in _UNUSED), "fullscreen=(self)", "microphone=(self)"])
# Nobody's disk and nobody's proxy keeps a page that does not say that it may.
KEPT_NOWHERE: Final = "no-store, private"


class HeadersMiddleware:
    """Adds what no answer of ours goes without; an answer that says otherwise itself is left as it is."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, with the headers."""
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", KEPT_NOWHERE)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        # Another site may link to us and frame what it was allowed to, but draw nothing of ours into its own pages.
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("X-Permitted-Cross-Domain-Policies", "none")
        return response
