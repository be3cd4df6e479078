"""The rules among the settings, and the words of one guest on their page."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.consent import policy, words
from crm.consent.forms import PolicyForm, WordForm
from crm.consent.models import ConsentEntry, Purpose, Source, State
from crm.consent.queries import last_words
from crm.consent.register import record
from crm.contacts.models import Contact
from crm.inbox.rights import contact_or_404
from portal.frame.toasts import add_toast
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission
from tenants.members.models import Member

NEWEST = 20


@require_http_methods(["GET", "POST"])
@allowed(Permission.POLICY_EDIT)
def rules(request: SalonRequest) -> HttpResponse:
    """Quiet hours, offers and stop words."""
    form = PolicyForm(request.POST or None, instance=policy.stored())
    if request.method == "POST" and form.is_valid():
        policy.change(form.values(), by=request.member)
        if request.headers.get("HX-Request") != "true":
            return HttpResponseRedirect(reverse("consent:rules"), status=303)
        form = PolicyForm(instance=policy.stored())
        saved = render(request, "crm/consent_rules.html#form", _rules(form))
        return add_toast(saved, _("The rules are saved and hold from now on"))
    status = 422 if request.method == "POST" else 200
    name = "crm/consent_rules.html" + ("#form" if request.headers.get("HX-Request") == "true" else "")
    return render(request, name, _rules(form), status=status)


@require_GET
@allowed(Permission.CONTACTS_SEE)
def card(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """What one guest agreed to, with the evidence."""
    return _card(request, contact_or_404(request.member, public_id))


@require_POST
@allowed(Permission.CONTACTS_EDIT)
def note(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Somebody heard a word of the guest."""
    contact, form = contact_or_404(request.member, public_id), WordForm(request.POST)
    if not form.is_valid():
        problem = _("Write how you know: what the guest said, when and to whom.")
        return _card(request, contact, given=request.POST, problem=problem, status=422)
    given = form.cleaned_data
    new = record(
        contact,
        purposes=[given["purpose"]],
        state=given["state"],
        source=Source.PORTAL,
        evidence=given["evidence"],
        by=request.member,
    )
    answer = _card(request, contact)
    return add_toast(answer, _("Noted in the register") if new else _("That is what holds already"))


def _rules(form: PolicyForm) -> dict[str, Any]:
    return {
        "form": form,
        "stop": words.listed("stop"),
        "stop_marketing": words.listed("stop_marketing"),
        "resume": words.listed("resume"),
    }


def _card(
    request: SalonRequest, contact: Contact, *, given: Any = None, problem: str = "", status: int = 200
) -> HttpResponse:
    holds = {word.purpose: word for word in last_words([contact.pk]).get(contact.pk, [])}
    entries = list(ConsentEntry.objects.filter(contact_id=contact.pk).order_by("-id")[:NEWEST])
    context = {
        "contact_public_id": contact.public_id,
        "purposes": [{"name": one.value, "label": one.label, "word": holds.get(one.value)} for one in Purpose],
        "states": State.choices,
        "entries": _lines(entries),
        "given": given or {},
        "problem": problem,
        "may_edit": request.member.may(Permission.CONTACTS_EDIT),
    }
    return render(request, "crm/consent_card.html", context, status=status)


def _lines(entries: list[ConsentEntry]) -> list[dict[str, Any]]:
    """Entries of one word over several identities are one line."""
    people = {f"member {one.public_id}": one.name for one in Member.objects.all()} if entries else {}
    lines: dict[tuple[Any, ...], dict[str, Any]] = {}
    for entry in entries:
        line = lines.setdefault(
            (entry.at, entry.state, entry.source, entry.evidence),
            {"entry": entry, "purposes": [], "by": people.get(entry.by, "")},
        )
        if (label := Purpose(entry.purpose).label) not in line["purposes"]:
            line["purposes"].append(label)
    return list(lines.values())
