"""Merging two contacts by hand, and taking a merge back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from channels_wa.messages.models import Identity, Message
from crm.contacts.merging import AlreadyOne, join, merge_by_hand
from crm.contacts.models import Contact, ContactMerge, Note
from crm.contacts.names import addresses, name_of, shown
from crm.contacts.search import search
from crm.contacts.unmerging import CannotUndo, undo, undoable
from crm.deals.models import Deal, Task
from crm.inbox.models import Conversation
from crm.inbox.rights import contact_or_404, visible_contacts
from portal.frame.keyset import is_fragment
from portal.frame.toasts import toast
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission

LONGEST_SEARCH = 80
_FOUND = 10


@require_http_methods(["GET", "POST"])
@allowed(Permission.CONTACTS_MERGE)
def merge(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Look for the other one, see what a merge would do (`?with=`), and do it."""
    found = contact_or_404(request.member, public_id)
    if request.method == "POST":
        return _merged(request, found)
    if found.public_id != public_id:
        return redirect("contacts:merge", found.public_id)
    if request.GET.get("with"):
        other = contact_or_404(request.member, _id(request.GET["with"]))
        if other.pk == found.pk:
            return redirect("contacts:contact", found.public_id)
        return render(request, "crm/contacts/merge_preview.html", _preview(found, other))
    words = request.GET.get("search", "").strip()[:LONGEST_SEARCH]
    context = {"contact": _named([found])[0], "search": words, "rows": _found(request, found, words)}
    return render(request, "crm/contacts/merge.html" + ("#found" if is_fragment(request) else ""), context)


@require_GET
@allowed(Permission.CONTACTS_SEE)
def merges(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """What became part of a contact and can be taken out again, for the contact's page."""
    found = contact_or_404(request.member, public_id)
    may = request.member.may(Permission.CONTACTS_MERGE)
    rows = list(undoable(found)) if may else []
    context = {"public_id": found.public_id, "rows": rows, "may_merge": may}
    return render(request, "crm/contacts/merges.html", context)


@require_POST
@allowed(Permission.CONTACTS_MERGE)
def undo_merge(request: SalonRequest, public_id: UUID, merge_id: UUID) -> HttpResponse:
    """Make two contacts of one again."""
    found = contact_or_404(request.member, public_id)
    log = ContactMerge.objects.filter(public_id=merge_id).select_related("kept").first()
    kept = log and contact_or_404(request.member, log.kept.public_id)
    if log is None or kept is None or kept.pk != found.pk:
        raise Http404
    try:
        undo(log.pk, by=request.member)
    except CannotUndo as refused:
        return _refused(request, found, refused)
    messages.success(request, _("They are two contacts again. What came since the merge stays here."))
    return HttpResponseRedirect(reverse("contacts:contact", args=[log.kept.public_id]), status=303)


def _merged(request: SalonRequest, found: Contact) -> HttpResponse:
    other = contact_or_404(request.member, _id(request.POST.get("with", "")))
    try:
        kept = merge_by_hand(found.public_id, other.public_id, by=request.member).public_id
    except AlreadyOne:
        kept = found.public_id
        messages.info(request, _("They are one contact already"))
    else:
        messages.success(request, _("They are one contact now. You can undo this on this page for 30 days."))
    return HttpResponseRedirect(reverse("contacts:contact", args=[kept]), status=303)


def _refused(request: SalonRequest, found: Contact, refused: CannotUndo) -> HttpResponse:
    words = {
        "undone": _("This merge has been undone already"),
        "late": _("A merge can be undone for 30 days; this one is older"),
        "newer": _("The contact was merged again since. Undo the newer merge first."),
    }[refused.why]
    if is_fragment(request):
        return toast(request, words, status=409)
    messages.error(request, words)
    return HttpResponseRedirect(reverse("contacts:contact", args=[found.public_id]), status=303)


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404 from error


def _found(request: SalonRequest, contact: Contact, words: str) -> list[dict[str, Any]]:
    if not words:
        return []
    found = search(words, among=visible_contacts(request.member)).exclude(pk=contact.pk)
    return _named(list(found.order_by("-pk")[:_FOUND]))


def _named(contacts: list[Contact]) -> list[dict[str, Any]]:
    known = addresses(contact.pk for contact in contacts)
    return [
        {
            "public_id": contact.public_id,
            "name": name_of(contact, known.get(contact.pk, "")),
            "address": known.get(contact.pk, ""),
            "tags": contact.tags,
            "created_at": contact.created_at,
        }
        for contact in contacts
    ]


def _preview(one: Contact, other: Contact) -> dict[str, Any]:
    """The older one stays (crm.contacts.merging)."""
    kept, gone = sorted((one, other), key=lambda contact: contact.pk)
    kept_row, gone_row = _named([kept, gone])
    identities = Identity.objects.filter(contact_id__in=[kept.pk, gone.pk]).order_by("contact_id", "pk")
    join(kept, gone)  # as it would be; nothing is written
    joined = [
        (_("Name"), kept.name),
        (_("Tags"), ", ".join(kept.tags)),
        (_("Birthday"), kept.birthday),
        *sorted(kept.fields.items()),
    ]
    return {
        "contact": {"public_id": one.public_id},
        "other": other.public_id,
        "kept": kept_row,
        "gone": gone_row,
        "joined": [(label, value) for label, value in joined if value not in (None, "")],
        "addresses": list(dict.fromkeys(shown(row.kind, row.value) for row in identities)),
        "moves": _moves(gone.pk),
        "is_blocked": kept.blocked_at is not None,
    }


def _moves(contact_id: int) -> list[tuple[str, int]]:
    counted = (
        (_("Messages"), Message),
        (_("Conversations"), Conversation),
        (_("Notes"), Note),
        (_("Deals"), Deal),
        (_("Tasks"), Task),
    )
    found: list[tuple[str, int]] = []
    for label, model in counted:
        manager: Any = model._default_manager
        found.append((label, manager.filter(contact_id=contact_id).count()))
    found.append((_("Phones and ids"), Identity.objects.filter(contact_id=contact_id).count()))
    return found
