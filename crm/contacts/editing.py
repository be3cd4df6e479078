"""Changing one contact, and many at once."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from crm.contacts import actions, bulk, tags
from crm.contacts.forms import DetailsForm, NewContactForm
from crm.contacts.models import Contact
from crm.contacts.queries import with_identity
from crm.contacts.shown import about, changes_since
from crm.inbox.rights import contact_or_404, sees_contact, visible_contacts
from portal.frame.toasts import add_toast, toast
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission

STALE = 409


@require_http_methods(["GET", "POST"])
@allowed(Permission.CONTACTS_EDIT)
def details(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """The card with name, birthday, wishes and fields: its form, and what was typed into it."""
    contact = contact_or_404(request.member, public_id)
    if request.method == "GET":
        return details_card(request, contact, DetailsForm(None, contact=contact))
    form = DetailsForm(request.POST, contact=contact)
    if not form.is_valid():
        return details_card(request, contact, form, status=422)
    try:
        changed = actions.change(contact, form.values(), by=request.member, version=form.cleaned_data["version"])
    except actions.Changed as stale:
        # What was typed stays; saved once more, it goes over what the others wrote.
        typed = request.POST.copy()
        typed["version"] = str(stale.contact.version)
        form = DetailsForm(typed, contact=stale.contact)
        changes = changes_since(stale.contact, stale.version)
        return details_card(request, stale.contact, form, status=STALE, changes=changes)
    if request.headers.get("HX-Request") != "true":
        return HttpResponseRedirect(reverse("contacts:contact", args=[changed.public_id]), status=303)
    return add_toast(details_card(request, changed, None), _("Saved"))


def details_card(
    request: SalonRequest, contact: Contact, form: DetailsForm | None, *, status: int = 200, changes: Any = ()
) -> HttpResponse:
    """The card as it is, or with its form."""
    context = {"contact": about(contact), "form": form, "may_edit": True, "changes": changes}
    return render(request, "crm/contact_details.html", context, status=status)


@require_POST
@allowed(Permission.CONTACTS_EDIT)
def tag(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Tags put on (`add`, with commas between them) or taken off (`remove`)."""
    contact = contact_or_404(request.member, public_id)
    add, remove = tags.read(request.POST.get("add", "")), request.POST.getlist("remove")
    if len({*contact.tags, *add} - {*remove}) > tags.MOST_ON_ONE:
        return toast(request, _("At most %(most)d tags, please.") % {"most": tags.MOST_ON_ONE}, status=422)
    changed = actions.retag(contact, add=add, remove=remove, by=request.member)
    if request.headers.get("HX-Request") != "true":
        return HttpResponseRedirect(reverse("contacts:contact", args=[changed.public_id]), status=303)
    return render(request, "crm/contact_tags.html", {"contact": about(changed), "may_edit": True, "tags": tags.names()})


@require_POST
@allowed(Permission.CONTACTS_EDIT)
def block(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Leave a guest alone, or talk to them again (`on`)."""
    contact = contact_or_404(request.member, public_id)
    actions.block(contact, on=request.POST.get("on") == "true", by=request.member)
    address = reverse("contacts:contact", args=[contact.public_id])
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address, status=303)


@require_http_methods(["GET", "POST"])
@allowed(Permission.CONTACTS_EDIT)
def new(request: SalonRequest) -> HttpResponse:
    """A guest who has not written yet; one whom the salon knows is shown instead."""
    form = NewContactForm(request.POST if request.method == "POST" else None, country=request.salon.country)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        identities = [("phone", given["phone"])] if given["phone"] else []
        try:
            name = " ".join(given["name"].split())
            made = actions.create(actions.NewContact(name, identities), by=request.member, source="portal")
        except actions.IdentityTaken:
            known = with_identity(Contact.objects.all(), given["phone"]).first()
            if known is not None and sees_contact(request.member, known):
                return HttpResponseRedirect(
                    f"{reverse('contacts:contact', args=[known.public_id])}?known=1", status=303
                )
            form.add_error("phone", _("A colleague looks after the guest with this number."))
        else:
            return HttpResponseRedirect(reverse("contacts:contact", args=[made.public_id]), status=303)
    return render(request, "crm/contact_new.html", {"form": form}, status=422 if form.is_bound else 200)


@require_POST
@allowed(Permission.CONTACTS_EDIT)
def many(request: SalonRequest) -> HttpResponse:
    """The same for all rows that were marked (`contact`): tag, untag, block, unblock."""
    try:
        wanted = [UUID(one) for one in request.POST.getlist("contact")]
    except ValueError:
        raise Http404 from None
    if not wanted:
        return toast(request, _("Mark some contacts first."), status=422)
    if len(wanted) > bulk.MOST:
        return toast(request, _("At most %(most)d contacts at once, please.") % {"most": bulk.MOST}, status=422)
    ids = list(visible_contacts(request.member).filter(public_id__in=wanted).values_list("pk", flat=True))
    verb, words = request.POST.get("do", ""), tags.read(request.POST.get("tags", ""))
    if verb in ("tag", "untag"):
        if not words:
            return toast(request, _("Write the tag first."), status=422)
        add, remove = (words, []) if verb == "tag" else ([], words)
        changed = bulk.retag(ids, add=add, remove=remove, by=request.member)
    elif verb in ("block", "unblock"):
        changed = bulk.block(ids, on=verb == "block", by=request.member)
    else:
        raise Http404
    said = ngettext("%(count)d contact changed", "%(count)d contacts changed", changed) % {"count": changed}
    answer = toast(request, said)
    if request.headers.get("HX-Request") == "true":
        answer["HX-Trigger-After-Settle"] = "contacts-changed"
    return answer
