"""`/book/`: services, then with whom and when, then who it is. Each step is an address; only the last one is sent."""

from datetime import timedelta
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm.bookings import asking
from crm.bookings.actions.booking import WrongItem
from crm.bookings.actions.placing import SlotTaken
from crm.bookings.page import holding, limits, sending, showing
from crm.bookings.page.choice import Choice, read
from crm.bookings.page.forms import GuestForm, WaitForm
from crm.bookings.page.frame import guest_page
from crm.bookings.page.tickets import new_ticket, read_ticket
from crm.bookings.reading import now_minute

TAKEN, UNREADABLE, TOO_MANY = 409, 422, 429
# So long somebody waits who says nothing else.
AHEAD = timedelta(days=13)


@require_http_methods(["GET", "HEAD", "POST"])
@guest_page(private=False)
def book(request: Any) -> HttpResponse:
    """The step that comes next."""
    data: QueryDict = request.POST if request.method == "POST" else request.GET
    choice = read(data)
    if not holding.is_possible():
        return _page(request, "closed", choice, {})
    if not choice.services or (request.method != "POST" and data.get("edit") == "1"):
        return services(request, choice, status=UNREADABLE if request.method == "POST" else 200)
    # From here on free times are looked for.
    limits.count(limits.looks(limits.address_of(request)))
    if choice.at is None:
        return times(request, choice, status=UNREADABLE if request.method == "POST" else 200)
    if request.method == "POST":
        return _hold(request, choice)
    slot = next(iter(asking.at(choice.asked(), choice.at)), None)
    form = GuestForm(country=request.salon.country)
    return details(request, choice, form, is_free=slot is not None)


def services(request: Any, choice: Choice, *, status: int = 200) -> HttpResponse:
    """What it shall be."""
    context = {"headings": showing.headings(choice), "asks": status != 200 or "edit" in request.GET}
    return _page(request, "services", choice, context, status=status)


def times(request: Any, choice: Choice, *, status: int = 200, wait: WaitForm | None = None) -> HttpResponse:
    """With whom and when; or waiting for a place."""
    free, here = showing.free_for(choice), choice.but(day=None)
    days = showing.days(free, choice.known, choice.day, lambda minute: here.but(at=minute).query)
    context = {
        "people": showing.people(choice),
        "days": days,
        "carried": here.pairs,
        "earlier": days.earlier and choice.but(day=days.earlier).query,
        "later": days.later and choice.but(day=days.later).query,
        "wait": wait or WaitForm(initial=_soon(choice, days)),
    }
    return _page(request, "times", choice, context, status=status)


def _soon(choice: Choice, days: showing.Days) -> dict[str, Any]:
    first = min(max(choice.day or days.first, days.first), days.last)
    return {"first": first, "last": min(first + AHEAD, days.last), "part": "any"}


def details(
    request: Any, choice: Choice, form: GuestForm, *, is_free: bool = True, status: int = 200, ticket: str = "",
    trouble: str = "", chat: str = "",
) -> HttpResponse:  # fmt: skip
    """Who it is; where the time is taken, the nearest free ones, with what was typed."""
    at = choice.at if choice.at is not None else now_minute()
    slot = next(iter(asking.at(choice.asked(), at)), None) if is_free else None
    near = [] if slot or is_free else asking.nearest(choice.asked(), max(at, now_minute()))
    if not is_free and not form.is_bound:
        status = TAKEN
    context = {
        "form": form,
        "ticket": ticket or new_ticket(),
        "trouble": trouble,
        # The way out where the page has none.
        "chat": chat,
        "is_free": is_free,
        "nearest": showing.nearest(near),
        "carried": choice.but(at=None, day=None).pairs,
        "at": dict(choice.pairs).get("at", ""),
        "time": showing.moment(at),
        "back": choice.but(at=None).query,
    }
    return _page(request, "details", choice, context, slot=slot, status=status)


def _hold(request: Any, choice: Choice) -> HttpResponse:
    form = GuestForm(request.POST, country=request.salon.country)
    given = request.POST.get("ticket", "")
    ticket = read_ticket(given)
    if not form.is_valid():
        return details(request, choice, form, status=UNREADABLE, ticket=given if ticket else "")
    if ticket is None:
        words = _("This page was open for a long while. Look it over and press once more.")
        return details(request, choice, form, status=UNREADABLE, trouble=words)
    if form.is_filled_by_a_program:
        words = _("Something was filled in that people do not see. Press once more, please.")
        return details(request, choice, form, status=UNREADABLE, trouble=words)
    who = holding.Visitor(
        name=form.cleaned_data["name"],
        phone=form.cleaned_data["phone"],
        note=form.cleaned_data["note"],
        offers=form.cleaned_data["offers"],
        language=request.look.language,
        address=limits.address_of(request),
    )
    try:
        held = holding.hold(choice, who, ticket)
    except (SlotTaken, WrongItem):
        return details(request, choice, form, is_free=False, status=TAKEN, ticket=given)
    except (holding.TooManyOpen, limits.TooMany) as many:
        is_full = isinstance(many, holding.TooManyOpen) and many.of == "salon"
        return _too_many(request, choice, form, given, many.wait_s, chat=sending.chat_url("") if is_full else "")
    except holding.NoNumber:
        return _page(request, "closed", choice, {})
    address = reverse("book:visit", args=[held.token]) + request.look.query
    return HttpResponseRedirect(address, status=303)


def _too_many(request: Any, choice: Choice, form: GuestForm, ticket: str, wait_s: int, *, chat: str) -> HttpResponse:
    minutes = max(-(-wait_s // 60), 1)
    words = _(
        "Several visits wait to be confirmed already. Confirm one of them, or try again in %(minutes)d min; what you "
        "typed stays here."
    ) % {"minutes": minutes}
    answer = details(request, choice, form, status=TOO_MANY, ticket=ticket, trouble=words, chat=chat)
    answer["Retry-After"] = str(wait_s)
    return answer


def _page(
    request: Any, step: str, choice: Choice, context: dict[str, Any], *, slot: Any = None, status: int = 200
) -> HttpResponse:
    common = {
        "look": request.look,
        "step": step,
        "choice": choice,
        "lines": showing.lines(choice, slot),
        "total": showing.total(choice, slot),
        # The strictest of the services.
        "policy_hours": max((choice.known.services[pk].cancel_hours for pk in choice.services), default=0),
        "edit": choice.but(at=None, day=None).query,
        "address": request.build_absolute_uri(reverse("book:book")),
        # Pages of the choosing have the first one's content in another state.
        "is_indexed": step == "services" and not choice.services and not request.look.is_embedded,
    }
    return render(request, f"crm/bookings/page/{step}.html", common | context, status=status)
