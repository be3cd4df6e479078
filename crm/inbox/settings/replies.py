"""The pages `/settings/replies/`: canned replies of the salon."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from channels_wa.media.models import Media
from channels_wa.media.queries import view_of
from channels_wa.outbox.content.text import MAX_TEXT
from crm.inbox import replies
from crm.inbox.drafts import media_of
from crm.inbox.models import CannedReply
from portal.frame.toasts import toast
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission


class ReplyForm(forms.Form):
    """A shortcut and its text."""

    shortcut = forms.CharField(
        label=gettext_lazy("Shortcut"),
        help_text=gettext_lazy("Whoever types / and this word in a conversation finds the reply."),
        max_length=41,
        widget=forms.TextInput(attrs={"class": "form-control", "autocapitalize": "none", "autocomplete": "off"}),
    )
    text = forms.CharField(
        label=gettext_lazy("Text"),
        required=False,
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 6}),
    )


@require_GET
@allowed(Permission.INBOX_MANAGE)
def listed(request: SalonRequest) -> HttpResponse:
    """All of them: there are few."""
    rows = list(CannedReply.objects.order_by("shortcut")[: replies.MOST])
    files = replies.files_of(rows)
    shown = [{"reply": one, "file": files.get(one.media) if one.media else None} for one in rows]
    return render(request, "crm/replies/list.html", {"rows": shown})


@require_http_methods(["GET", "POST"])
@allowed(Permission.INBOX_MANAGE)
def add(request: SalonRequest) -> HttpResponse:
    """A reply more."""
    return _edited(request, None)


@require_http_methods(["GET", "POST"])
@allowed(Permission.INBOX_MANAGE)
def change(request: SalonRequest, reply_id: UUID) -> HttpResponse:
    """Another shortcut or text."""
    return _edited(request, get_object_or_404(CannedReply, public_id=reply_id))


@require_POST
@allowed(Permission.INBOX_MANAGE)
def delete(request: SalonRequest, reply_id: UUID) -> HttpResponse:
    """The page asks first."""
    replies.delete(get_object_or_404(CannedReply, public_id=reply_id), by=request.member)
    toast(request, _("The reply is deleted"))
    return HttpResponseRedirect(reverse("replies:list"), status=303)


def _media(reply: CannedReply | None) -> Media | None:
    return Media.objects.ready().filter(public_id=reply.media).first() if reply and reply.media else None


def _edited(request: SalonRequest, reply: CannedReply | None) -> HttpResponse:
    known = {"shortcut": reply.shortcut, "text": reply.text} if reply else {}
    media = media_of(request.POST, request.member) if request.method == "POST" else _media(reply)
    form = ReplyForm(request.POST if request.method == "POST" else None, initial=known)
    if request.method == "POST" and form.is_valid():
        try:
            if reply:
                replies.change(reply, **form.cleaned_data, by=request.member, media=media)
            else:
                replies.create(**form.cleaned_data, by=request.member, media=media)
        except replies.NotPossible as why:
            form.add_error(why.field, str(why))
        else:
            return HttpResponseRedirect(reverse("replies:list"), status=303)
    context: dict[str, Any] = {"form": form, "reply": reply, "title": known.get("shortcut"), "blanks": replies.BLANKS}
    context["file"] = view_of(media) if media else None
    status = 422 if request.method == "POST" else 200
    return render(request, "crm/replies/reply.html", context, status=status)
