"""Tags and custom fields among the settings."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from crm.contacts import fields, tags
from crm.contacts.forms import CustomFieldForm
from crm.contacts.models import CustomField, Tag
from portal.frame.keyset import is_fragment
from portal.frame.toasts import add_toast, toast
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission

MOST_TAGS = 500
COLOURS = (
    ("", gettext_lazy("Grey")),
    ("green", gettext_lazy("Green")),
    ("blue", gettext_lazy("Blue")),
    ("yellow", gettext_lazy("Yellow")),
    ("red", gettext_lazy("Red")),
    ("purple", gettext_lazy("Purple")),
    ("orange", gettext_lazy("Orange")),
    ("teal", gettext_lazy("Teal")),
)


@require_GET
@allowed(Permission.POLICY_EDIT)
def tag_list(request: SalonRequest) -> HttpResponse:
    """The salon's tags, with how many carry each."""
    return _tags(request)


@require_POST
@allowed(Permission.POLICY_EDIT)
def tag_new(request: SalonRequest) -> HttpResponse:
    """One more."""
    try:
        tags.create(request.POST.get("name", ""), request.POST.get("colour", ""), by=request.member)
    except tags.NotPossible as problem:
        return _tags(request, problem=str(problem), status=422)
    return _to(request, "contacts:tags", _tags)


@require_POST
@allowed(Permission.POLICY_EDIT)
def tag_act(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Rename or colour, merge into another (`into`), or delete a tag (`do`)."""
    tag, verb = get_object_or_404(Tag, public_id=public_id), request.POST.get("do", "")
    try:
        if verb == "change":
            colour = request.POST.get("colour", tag.colour)
            changed = tags.change(tag, request.POST.get("name", ""), colour, by=request.member)
        elif verb == "merge":
            changed = tags.merge(tag, _other(request.POST.get("into", "")), by=request.member)
        elif verb == "delete":
            changed = tags.delete(tag, by=request.member)
        else:
            raise Http404
    except tags.NotPossible as problem:
        return toast(request, str(problem), status=422)
    said = ngettext("Saved. %(n)d contact changed.", "Saved. %(n)d contacts changed.", changed) % {"n": changed}
    return _to(request, "contacts:tags", _tags, said)


@require_GET
@allowed(Permission.POLICY_EDIT)
def field_list(request: SalonRequest) -> HttpResponse:
    """The salon's own fields, in their order."""
    return _fields(request)


@require_POST
@allowed(Permission.POLICY_EDIT)
def field_new(request: SalonRequest) -> HttpResponse:
    """One more."""
    form = CustomFieldForm(request.POST, auto_id="new-%s")
    if not form.is_valid():
        return _fields(request, form=form, status=422)
    try:
        fields.create(form.wanted(), by=request.member)
    except fields.NotPossible as problem:
        form.add_error(None, str(problem))
        return _fields(request, form=form, status=422)
    return _to(request, "contacts:fields", _fields)


@require_POST
@allowed(Permission.POLICY_EDIT)
def field_act(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Change, move up or down, archive or restore a field (`do`)."""
    one, verb = get_object_or_404(CustomField, public_id=public_id), request.POST.get("do", "")
    try:
        if verb == "change":
            form = CustomFieldForm(request.POST)
            if not form.is_valid():
                return toast(request, _("Give the field a name."), status=422)
            fields.change(one, form.wanted(one.kind), by=request.member)
        elif verb in ("up", "down"):
            fields.move(one, up=verb == "up", by=request.member)
        elif verb in ("archive", "restore"):
            fields.archive(one, on=verb == "archive", by=request.member)
        else:
            raise Http404
    except fields.NotPossible as problem:
        return toast(request, str(problem), status=422)
    return _to(request, "contacts:fields", _fields, _("Saved"))


def _other(public_id: str) -> Tag:
    try:
        return get_object_or_404(Tag, public_id=UUID(public_id))
    except ValueError:
        raise tags.NotPossible(_("Choose another tag to merge it into.")) from None


def _to(request: SalonRequest, name: str, show: Any, said: str = "") -> HttpResponse:
    if request.headers.get("HX-Request") != "true":
        return HttpResponseRedirect(reverse(name), status=303)
    answer: HttpResponse = show(request)
    return add_toast(answer, said) if said else answer


def _tags(request: SalonRequest, *, problem: str = "", status: int = 200) -> HttpResponse:
    rows = list(Tag.objects.order_by("name")[:MOST_TAGS])
    counts = tags.counts(rows) if rows else {}
    context = {
        "rows": [
            {
                "tag": row,
                "count": min(counts.get(row.pk, 0), tags.COUNTED),
                "more": counts.get(row.pk, 0) > tags.COUNTED,
            }
            for row in rows
        ],
        "colours": COLOURS,
        "problem": problem,
        "typed": request.POST.get("name", "") if problem else "",
    }
    name = "crm/tags.html#rows" if is_fragment(request) else "crm/tags.html"
    return render(request, name, context, status=status)


def _fields(request: SalonRequest, *, form: CustomFieldForm | None = None, status: int = 200) -> HttpResponse:
    rows = list(CustomField.objects.order_by("order", "pk"))
    context = {
        "rows": [row for row in rows if row.archived_at is None],
        "archived": [row for row in rows if row.archived_at is not None],
        "form": form or CustomFieldForm(auto_id="new-%s"),
    }
    name = "crm/fields.html#rows" if is_fragment(request) else "crm/fields.html"
    return render(request, name, context, status=status)
