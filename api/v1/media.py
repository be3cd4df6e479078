"""/api/v1/media/: files of messages."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import parsers, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import TooLarge, invalid
from api.examples import described
from api.fields import Instant
from api.idempotency import idempotent
from api.viewset import SalonViewSet
from channels_wa.media import storing
from channels_wa.media.judging import Refused
from channels_wa.media.links import signer
from channels_wa.media.models import Kind, Media, State
from channels_wa.media.queries import MediaView
from channels_wa.media.reasons import words_of
from channels_wa.media.taking_uploads import Taker, keep
from crm.inbox.rights import visible_files
from tenants.access.roles import Permission

EXAMPLE = {
    "id": "019a1f70-9f3c-7c11-a5b2-8d7e6f5a4b3c",
    "kind": "image",
    "state": "ready",
    "reason": None,
    "mime_type": "image/jpeg",
    "name": "antes.jpg",
    "size": 184320,
    "url": "https://aurora.salons.example.com/media/019a1f70-9f3c-7c11-a5b2-8d7e6f5a4b3c/?expires=1795190400&signature=6f…",
}


@described("Media", EXAMPLE)
class MediaOut(serializers.Serializer[Any]):
    """A file of a message."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=Kind.values)
    state = serializers.ChoiceField(choices=State.values)
    reason = serializers.CharField(allow_null=True, help_text="Why it is not to be had, as a word.")
    mime_type = serializers.CharField(help_text="What its bytes are; empty until it is here.")
    name = serializers.CharField()
    size = serializers.IntegerField(allow_null=True)
    url = serializers.CharField(allow_null=True, help_text="Opens for an hour at least without any credentials.")


@described("MediaFile", {**EXAMPLE, "created_at": "2026-11-20T15:00:00Z"})
class MediaFileOut(MediaOut):
    """A file by itself."""

    created_at = Instant()


def shown(media: Media | MediaView, url: str | None) -> dict[str, Any]:
    """A file as the contract has it; `url` is a signed one."""
    return {
        "id": media.public_id,
        "kind": media.kind,
        "state": media.state,
        "reason": media.reason or None,
        "mime_type": media.mime_type,
        "name": media.name,
        "size": media.size,
        "url": url if media.is_ready else None,
    }


class MediaViewSet(SalonViewSet[Media]):
    """Files of messages, of guests and of the salon. An upload is named in a message by `{"media": {"id": …}}`."""

    what = "media"
    permissions = {
        "list": Permission.INBOX_SEE,
        "retrieve": Permission.INBOX_SEE,
        "create": Permission.INBOX_ANSWER,
    }
    queryset = Media.objects.all()
    serializer_class = MediaFileOut
    parser_classes = [parsers.MultiPartParser]

    def get_queryset(self) -> QuerySet[Media]:
        """Those that the caller may see."""
        return visible_files(self.actor.who)

    def initialize_request(self, request: Any, *args: Any, **kwargs: Any) -> Request:
        """Before anything reads the form: Django's own handlers would leave the file readable in a folder."""
        self.taker = Taker(request.GET.get("kind", ""), voice="voice" in request.GET)
        if request.method == "POST":
            request.upload_handlers = [self.taker]
        return super().initialize_request(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Only whoever may upload has the form read; a repeated request is compared by the file's sum."""
        super().initial(request, *args, **kwargs)
        if self.action == "create" and request.data is not None and self.taker.uploaded is not None:
            uploaded = self.taker.uploaded
            request._full_data = {  # type: ignore[attr-defined]
                "file": uploaded.taken.look.sha256,
                "name": uploaded.name,
            }

    def handle_exception(self, exc: Exception) -> Response:
        """What is wrong with a file may show while its form is read."""
        if isinstance(exc, Refused):
            words = words_of(exc.reason)
            exc = TooLarge(words) if exc.reason == "too_large" else invalid("file", words, exc.reason)
        return super().handle_exception(exc)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Response:
        """Of a form that was not read to its end nothing is left, nor of a file that is there already."""
        self.taker.close()
        if self.taker.uploaded is not None:
            storing.throw_away([self.taker.uploaded.taken.storage_key])
        return super().finalize_response(request, response, *args, **kwargs)

    def present(self, rows: Sequence[Media]) -> Sequence[object]:
        """With links that open."""
        sign = signer()
        return [{**shown(row, sign(row.public_id)), "created_at": row.created_at} for row in rows]

    @extend_schema(
        request={
            "multipart/form-data": {
                "type": "object",
                "required": ["file"],
                "properties": {"file": {"type": "string", "format": "binary"}},
            }
        },
        responses={201: MediaFileOut},
    )
    @idempotent
    def create(self, request: Request) -> Response:
        """Upload a file (form field `file`). What no message names for a day is deleted."""
        uploaded, self.taker.uploaded = self.taker.uploaded, None
        if uploaded is None:
            raise Refused("empty")
        return self.shown(keep(uploaded, by=self.actor.who), status.HTTP_201_CREATED)
