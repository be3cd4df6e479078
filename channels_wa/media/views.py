"""Files as members see them, and as programs do with a signed link; uploads from the composer."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import get_object_or_404
from django.utils.module_loading import import_string
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from billing.quotas.asking import QuotaExceeded
from channels_wa.media import actions, links, serving, taking_uploads
from channels_wa.media.judging import Refused
from channels_wa.media.models import Media
from channels_wa.media.queries import view_of
from channels_wa.media.reasons import words_of
from ops.sealing import CannotOpen
from ops.storage import Missing
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission


def allowed_or_signed(permission: Permission) -> Callable[[Callable[..., HttpResponseBase]], Any]:
    """Open a view to members who hold the permission, and to whoever has a link that the salon signed."""

    def guard(view: Callable[..., HttpResponseBase]) -> Any:
        for_members = allowed(permission)(view)  # type: ignore[arg-type]

        @wraps(view)
        def checked(request: Any, public_id: UUID) -> HttpResponseBase:
            given = request.GET
            if "signature" not in given:
                return for_members(request, public_id)
            if not links.is_valid(
                public_id,
                size=given.get("size", ""),
                expires=given.get("expires", ""),
                signature=given["signature"],
            ):
                return HttpResponse("This link has ended, or was never signed.", status=403, content_type="text/plain")
            return view(request, public_id, by_link=True)

        checked.permission = permission  # type: ignore[attr-defined]
        return checked

    return guard


@require_safe
@allowed_or_signed(Permission.INBOX_SEE)
def file(request: SalonRequest, public_id: UUID, *, by_link: bool = False) -> HttpResponseBase:
    """One file, whole or in part; ?size=small for its small picture, ?download to save it."""
    media = get_object_or_404(Media.objects.ready(), public_id=public_id)
    if not by_link and not import_string(settings.FILE_RIGHTS)(request.member, media):
        raise Http404
    try:
        if request.GET.get("size") == links.SMALL and media.thumb_key:
            return serving.answer_small(request, media, by_link=by_link)
        return serving.answer(request, media, by_link=by_link)
    except (CannotOpen, Missing) as gone:
        raise Http404("the file is not to be read any more") from gone


@require_POST
@allowed(Permission.INBOX_ANSWER)
@csrf_exempt
def upload(request: SalonRequest) -> HttpResponse:
    """Take one file (form field `file`) for the conversation of ?conversation=; what it became, as JSON."""
    taker = taking_uploads.Taker(request.GET.get("kind", ""), voice="voice" in request.GET)
    # Before anything reads the form: Django's own handlers would leave the file readable in a temporary folder.
    request.upload_handlers = [taker]
    try:
        return _upload(request, taker)
    except Refused as refused:
        return _refusal(refused.reason)
    except QuotaExceeded as full:
        return JsonResponse({"reason": "quota", "text": str(full)}, status=full.status)
    except MultiPartParserError:
        return _refusal("bad_form")
    finally:
        taker.close()


@csrf_protect
def _upload(request: SalonRequest, taker: taking_uploads.Taker) -> HttpResponse:
    said = request.GET.get("conversation", "") or request.POST.get("conversation", "")
    if taker.uploaded is None:
        raise Refused("empty")
    media = taking_uploads.keep(taker.uploaded, by=request.member, conversation=said)
    shown = view_of(media)
    return JsonResponse(
        {
            "id": str(media.public_id),
            "kind": media.kind,
            "kind_words": shown.kind_words,
            "name": media.name,
            "size": media.size,
            "mime_type": media.mime_type,
            "is_voice": media.is_voice,
            "url": shown.url,
            "thumb": shown.thumb_url if shown.has_thumb else "",
            "discard": f"{shown.url}discard/",
        },
        status=201,
    )


@require_POST
@allowed(Permission.INBOX_ANSWER)
def discard(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """The person has thought better of it; a file that a message names stays."""
    media = get_object_or_404(Media, public_id=public_id, direction="out")
    if media.used_at is None and media.message_id is None:
        actions.throw_away([media])
    return HttpResponse(status=204)


def _refusal(reason: str) -> HttpResponse:
    status = {"too_large": 413, "bad_form": 400}.get(reason, 422)
    return JsonResponse({"reason": reason, "text": words_of(reason)}, status=status)
