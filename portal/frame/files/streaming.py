"""A file that is made while it is sent: each piece inside the salon, in the thread and connection of the request."""

from collections.abc import AsyncIterator, Iterator
from typing import cast

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import translation
from django.utils.http import content_disposition_header

from ops.salon import inside


def answer(
    request: HttpRequest, pieces: Iterator[bytes], *, salon_id: int, name: str, content_type: str
) -> HttpResponse:
    """The file, to be saved."""
    response = StreamingHttpResponse(_streamed(pieces, salon_id, translation.get_language()), content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    # Packed, it would wait for a buffer to fill.
    request.META["HTTP_ACCEPT_ENCODING"] = "identity"
    # A view's guard knows answers by this name.
    return cast(HttpResponse, response)


async def _streamed(pieces: Iterator[bytes], salon_id: int, language: str | None) -> AsyncIterator[bytes]:
    def next_piece() -> bytes | None:
        # The request has left the salon by now.
        with inside(salon_id), translation.override(language):
            return next(pieces, None)

    make = sync_to_async(next_piece, thread_sensitive=True)
    while (piece := await make()) is not None:
        if piece:
            yield piece
