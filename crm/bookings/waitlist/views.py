"""The waitlist: who waits for what, what is offered right now, and offering by hand."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.bookings import defaults
from crm.bookings.actions import offering as rules
from crm.bookings.actions.booking import WrongItem
from crm.bookings.actions.placing import SlotTaken
from crm.bookings.catalogue import catalogue
from crm.bookings.models import WaitlistEntry
from crm.bookings.notices import sending
from crm.bookings.waitlist import actions, matching, offering
from crm.bookings.waitlist.forms import WaitForm, WaitlistRulesForm, words_of
from crm.bookings.waitlist.places import Place
from crm.bookings.waitlist.rights import counts, entry_or_404, own_people, visible_entries
from crm.bookings.waitlist.shown import history_of, rows_of, times_for
from crm.contacts.models import Contact
from crm.contacts.names import addresses, name_of
from crm.contacts.search import search
from crm.inbox.rights import contact_or_404, visible_contacts
from portal.frame.keyset import by_id, is_fragment
from portal.frame.toasts import toast
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission

SHOWN = ("waiting", "over")
MOST_PEOPLE, LONGEST_SEARCH = 8, 80


@require_GET
@allowed(Permission.BOOKINGS_SEE)
def entries(request: SalonRequest) -> HttpResponse:
    """Who waits; or who waits no more."""
    show = request.GET.get("show", "waiting")
    show = show if show in SHOWN else "waiting"
    found = visible_entries(request.member).filter(closed_at__isnull=show == "waiting").select_related("contact")
    page = by_id(found, before=request.GET.get("before", ""))
    here = reverse("waitlist:list")
    context = {
        "rows": rows_of(page.rows),
        "next_url": page.next_url(here, show=show),
        "is_next": bool(request.GET.get("before")),
        "here": f"{here}?{urlencode({'show': show})}",
        "filters": [(name, label, name == show) for name, label in zip(SHOWN, (_("Waiting"), _("Over")), strict=True)],
        "is_over": show == "over",
        "may_edit": request.member.may(Permission.BOOKINGS_EDIT),
        "may_rule": request.member.may(Permission.SERVICES_MANAGE),
    }
    name = "crm/bookings/waitlist/list.html" + ("#list" if is_fragment(request) else "")
    return render(request, name, context)


@require_GET
@allowed(Permission.BOOKINGS_SEE)
def badge(request: SalonRequest) -> HttpResponse:
    """How many wait, for the head of the calendar."""
    waiting, open_offers = counts(request.member)
    return render(request, "crm/bookings/waitlist/badge.html", {"waiting": waiting, "open_offers": open_offers})


@require_http_methods(["GET", "POST"])
@allowed(Permission.BOOKINGS_EDIT)
def new(request: SalonRequest) -> HttpResponse:
    """Somebody waits from now on; with ?contact= it is known who."""
    contact = _contact(request)
    form = WaitForm(request.POST or None)
    problem, status = "", 200
    if request.method == "POST":
        status = 422
        if contact is None:
            problem = _("Choose who waits.")
        elif form.is_valid():
            try:
                made = actions.join(contact, form.wanted(), by=request.member, source="portal")
            except actions.Wrong as wrong:
                problem = words_of(wrong)
            else:
                return HttpResponseRedirect(reverse("waitlist:entry", args=[made.public_id]), status=303)
    context = {"form": form, "contact": _person(contact) if contact else None, "problem": problem}
    return render(request, "crm/bookings/waitlist/new.html", context, status=status)


@require_GET
@allowed(Permission.BOOKINGS_EDIT)
def people(request: SalonRequest) -> HttpResponse:
    """Who may wait, while somebody types a name or a phone."""
    words = request.GET.get("search", "").strip()[:LONGEST_SEARCH].replace("\x00", "")
    found = (
        search(words).filter(pk__in=visible_contacts(request.member).values("pk")) if words else Contact.objects.none()
    )
    rows = [_person(contact) for contact in found[:MOST_PEOPLE]]
    return render(request, "crm/deals/people.html", {"rows": rows, "search": words})


@require_http_methods(["GET", "POST"])
@allowed(Permission.BOOKINGS_SEE)
def entry(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """One who waits: the wishes, what was offered, and free times to offer."""
    found = entry_or_404(request.member, public_id)
    if request.method == "GET":
        return _page(request, found, WaitForm(entry=found))
    if not request.member.may(Permission.BOOKINGS_EDIT):
        return toast(request, _("You may look only."), status=403)
    form = WaitForm(request.POST, entry=found)
    if not form.is_valid():
        return _page(request, found, form, status=422)
    try:
        actions.change(found, form.wanted(), by=request.member, version=form.cleaned_data["version"])
    except actions.Stale:
        fresh = entry_or_404(request.member, public_id)
        again = WaitForm({**_lists(request), "version": fresh.version}, entry=fresh)
        problem = _("It was changed meanwhile. Look, and save again.")
        return _page(request, fresh, again, problem=problem, status=409)
    except actions.Over:
        return _page(request, found, form, problem=_("They wait no more."), status=409)
    except actions.Wrong as wrong:
        return _page(request, found, form, problem=words_of(wrong), status=422)
    return toast(request, _("Saved"))


@require_POST
@allowed(Permission.BOOKINGS_EDIT)
def leave(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """They wait no more; what is offered to them goes to the next."""
    offering.take_off(entry_or_404(request.member, public_id), by=request.member)
    return _back(request, _("Taken off the waitlist"))


@require_POST
@allowed(Permission.BOOKINGS_EDIT)
def offer(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Offer them a free time that fits, by hand."""
    found = entry_or_404(request.member, public_id)
    known, minute = catalogue(), _minute(request.POST.get("minute", ""))
    asked = matching.asked_of(found, known)
    slots = matching.slots_for(found, asked, known, minute, minute + 1) if asked else []
    own = own_people(request.member)
    if own is not None:
        slots = [slot for slot in slots if {one.person for one in slot.items} <= own]
    if not slots:
        return _again(request, found, _("This time is not free any more."))
    try:
        # Refused or taken back it is the next one's, not the same guest's again.
        place = Place(slots[0].starts, slots[0].ends, frozenset(one.person for one in slots[0].items))
        offering.offer(found, slots[0], offering.Freed(place), by=request.member)
    except (SlotTaken, WrongItem):
        return _again(request, found, _("This time is not free any more."))
    except offering.Busy:
        return _again(request, found, _("There is an offer to them already."))
    except sending.Unreachable as away:
        if away.reason == "no_template":
            sending.prepare(offering.NAME)
        return _again(request, found, unreachable_words(away.reason))
    return _back(request, _("Offered; they have it on WhatsApp"))


@require_POST
@allowed(Permission.BOOKINGS_EDIT)
def withdraw(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Take the open offer back; the place goes to the next."""
    found = entry_or_404(request.member, public_id)
    if not offering.withdraw_open(found, by=request.member):
        return toast(request, _("There is no open offer."), status=409)
    return _back(request, _("The offer was taken back"))


@require_http_methods(["GET", "POST"])
@allowed(Permission.SERVICES_MANAGE)
def settings(request: SalonRequest) -> HttpResponse:
    """How long a guest has for an offer."""
    form = WaitlistRulesForm(request.POST or None, instance=defaults.policy())
    if request.method == "POST" and form.is_valid():
        rules.change_policy({"offer_minutes": form.cleaned_data["offer_minutes"]}, by=request.member)
        return toast(request, _("Saved: it holds for the next offers"))
    status = 422 if request.method == "POST" else 200
    return render(request, "crm/bookings/waitlist/settings.html", {"form": form}, status=status)


def unreachable_words(reason: str) -> str:
    """Why somebody gets no message."""
    words = {
        "opted_out": _("They do not want messages from the salon."),
        "blocked": _("They are blocked."),
        "no_number": _("The salon has no WhatsApp number."),
        "no_address": _("They have no phone on WhatsApp."),
        "no_template": _("WhatsApp looks at the text of the offer; try again in a few minutes."),
    }
    return words.get(reason, _("The message does not go: %(reason)s") % {"reason": reason})


def _page(
    request: SalonRequest, found: WaitlistEntry, form: WaitForm, *, problem: str = "", status: int = 200
) -> HttpResponse:
    row = rows_of([found])[0]
    may_edit = request.member.may(Permission.BOOKINGS_EDIT)
    can_offer = may_edit and found.state == WaitlistEntry.State.WAITING and not found.closed_at
    context: dict[str, Any] = {
        "row": row,
        "form": form,
        "problem": problem,
        "history": history_of(found),
        "times": times_for(found, own_people(request.member)) if can_offer else [],
        "can_offer": can_offer,
        "may_edit": may_edit,
        "reason": reason_words(found),
    }
    return render(request, "crm/bookings/waitlist/entry.html", context, status=status)


def reason_words(found: WaitlistEntry) -> str:
    """Why they wait no more."""
    words = {
        "taken": _("They took a place."),
        "booked": _("They have booked meanwhile."),
        "left": _("They did not want to wait any longer."),
        "removed": _("Taken off the list."),
        "expired": _("The last day is over."),
    }
    return words.get(found.reason, "")


def _again(request: SalonRequest, found: WaitlistEntry, problem: str) -> HttpResponse:
    if request.headers.get("HX-Request") == "true":
        return toast(request, problem, status=409)
    fresh = entry_or_404(request.member, found.public_id)
    return _page(request, fresh, WaitForm(entry=fresh), problem=problem, status=409)


def _back(request: SalonRequest, words: str) -> HttpResponse:
    answer = toast(request, words)
    if request.headers.get("HX-Request") == "true":
        answer["HX-Refresh"] = "true"
    return answer


def _contact(request: SalonRequest) -> Contact | None:
    given = (request.POST if request.method == "POST" else request.GET).get("contact")
    if not given:
        return None
    try:
        return contact_or_404(request.member, UUID(given))
    except ValueError:
        raise Http404 from None


def _person(contact: Contact) -> dict[str, Any]:
    address = addresses([contact.pk]).get(contact.pk, "")
    return {"public_id": contact.public_id, "name": name_of(contact, address), "address": address}


def _lists(request: SalonRequest) -> dict[str, Any]:
    several = ("services", "professionals", "weekdays")
    return {name: request.POST.getlist(name) if name in several else request.POST.get(name) for name in request.POST}


def _minute(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
