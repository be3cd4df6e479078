"""`/book/manage/<token>/`: the visit behind a link. Until it is confirmed its code, then moving, cancelling and a file
for calendars. Nothing is shown but what was typed when it was booked: what the salon knows of the guest beside stays
with the salon."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from billing.payment_links.models import PaymentLink
from crm.bookings.actions import states
from crm.bookings.actions.booking import WrongItem, items_in_order
from crm.bookings.actions.placing import SlotTaken
from crm.bookings.availability.wall import minute_of
from crm.bookings.catalogue import catalogue
from crm.bookings.deposits.actions import link_of
from crm.bookings.feeds.visits import visit_file
from crm.bookings.models import Booking
from crm.bookings.page import choice as choosing
from crm.bookings.page import codes, confirming, limits, moving, sending, showing
from crm.bookings.page import words as texts
from crm.bookings.page.confirming import Result
from crm.bookings.page.forms import GuestForm
from crm.bookings.page.frame import guest_page
from crm.bookings.page.notes import Notes
from crm.bookings.page.tickets import new_ticket
from crm.bookings.waitlist import actions as waitlist
from crm.bookings.waitlist import earlier as waiting
from ops import clock
from portal.frame import money

State = Booking.State
HELD, DUE, OVER, BOOKED, PAST, CANCELLED = "held", "due", "over", "booked", "past", "cancelled"
# Reasons why a hold ended before it was booked.
LET_GO = ("hold_over", "given_back", "not_me")
REFUSED = 422


@dataclass
class Visit:
    """What is behind the address."""

    booking: Booking
    token: str = field(repr=False)
    secret: str = field(repr=False)

    @property
    def notes(self) -> Notes:
        """What the page remembers of it."""
        return Notes(self.booking)

    @property
    def stage(self) -> str:
        """Where it stands, as the guest sees it."""
        state = self.booking.state
        if state == State.HELD:
            if confirming.is_over(self.booking, clock.now()):
                return OVER
            return DUE if self.booking.deposit_state == Booking.Deposit.DUE else HELD
        if state == State.CANCELLED:
            return OVER if self.booking.cancel_reason in LET_GO else CANCELLED
        if state in (State.BOOKED, State.CONFIRMED) and self.booking.starts_at > clock.now():
            return BOOKED
        return PAST

    @property
    def progress(self) -> str:
        """The same, and whether there is something to pay by now: what a page that waits looks for."""
        stage = self.stage
        link = link_of(self.booking) if stage == DUE else None
        return f"{stage}:{link.state}" if link else stage

    @cached_property
    def seconds_left(self) -> int:
        """Of the hold."""
        until = self.booking.hold_until
        return max(int((until - clock.now()).total_seconds()), 0) if until else 0


def _visit(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Hand the view the visit of its link; 404 for whatever is none."""

    def found(request: Any, token: str) -> HttpResponse:
        read = codes.read_token(token)
        booking = Booking.objects.select_related("contact").filter(public_id=read[0]).first() if read else None
        if read is None or booking is None or not Notes(booking).opens(read[1]):
            raise Http404
        return view(request, Visit(booking, token, read[1]))

    found.__module__, found.__qualname__, found.__name__ = view.__module__, view.__qualname__, view.__name__
    return found


@require_safe
@guest_page(private=True)
@_visit
def visit(request: Any, this: Visit) -> HttpResponse:
    """How it stands."""
    return _page(request, this, {"notice": _notices().get(request.GET.get("done", ""), "")})


@require_safe
@guest_page(private=True)
@_visit
def stage(request: Any, this: Visit) -> HttpResponse:
    """Where it stands, for the page that waits for the guest's message."""
    return JsonResponse({"stage": this.progress, "left": this.seconds_left})


@require_POST
@guest_page(private=True)
@_visit
def code(request: Any, this: Visit) -> HttpResponse:
    """The code was typed."""
    typed = "".join(letter for letter in request.POST.get("code", "")[:40] if letter.isdecimal() and letter.isascii())
    if len(typed) != codes.DIGITS:
        return _page(request, this, {"trouble": _("Write the six digits of the message.")}, status=REFUSED)
    limits.count(limits.tries(limits.address_of(request)))
    result = confirming.type_code(this.booking, typed)
    if result in (Result.DONE, Result.STOOD):
        return _back(request, this, "booked")
    if result is Result.DUE:
        return _back(request, this, "proved")
    this.booking.refresh_from_db()
    words = {
        Result.WRONG: _("This is not the code. Look at the message once more."),
        Result.TIRED: _("That was too many tries. Have a new code sent, or open WhatsApp."),
        Result.OVER: _("The time to confirm is over."),
        Result.MANY: _("You have several visits ahead already. For one more, please write to us by WhatsApp."),
    }
    return _page(request, this, {"trouble": words[result]}, status=REFUSED)


@require_POST
@guest_page(private=True)
@_visit
def send(request: Any, this: Visit) -> HttpResponse:
    """Another code. The answer is the same whether one went or not: who owns the phone is nobody's business."""
    confirming.new_code(this.booking)
    return _back(request, this, "sent")


@require_http_methods(["GET", "HEAD", "POST"])
@guest_page(private=True)
@_visit
def move(request: Any, this: Visit) -> HttpResponse:
    """Other times; and one of them."""
    if this.stage != BOOKED or not states.may_still_change(this.booking):
        return _page(request, this, {}, status=REFUSED if request.method == "POST" else 200)
    limits.count(limits.looks(limits.address_of(request)))
    data: QueryDict = request.POST if request.method == "POST" else request.GET
    chosen = choosing.read(data)
    if request.method != "POST" or chosen.at is None:
        return _times(request, this, chosen)
    version = _number(data.get("version", ""))
    try:
        moving.move(this.booking, chosen.at, version=version)
    except (SlotTaken, WrongItem):
        words = _("This time has just been taken. Choose another one, please.")
        return _times(request, this, chosen.but(at=None), trouble=words, around=chosen.at, status=409)
    except states.TooLate:
        return _page(request, this, {}, status=REFUSED)
    except (states.Stale, states.NotAllowed):
        return _changed(request, this)
    return _back(request, this, "moved")


@require_POST
@guest_page(private=True)
@_visit
def cancel(request: Any, this: Visit) -> HttpResponse:
    """It does not take place. Twice is once."""
    if this.stage in (HELD, DUE):
        # A hold may be given back at any time.
        try:
            states.cancel(
                this.booking, by=this.booking.contact, version=this.booking.version, reason="given_back"
            )  # fmt: skip
        except states.Stale:
            return _changed(request, this)
        return _back(request, this, "")
    if this.stage != BOOKED:
        return _back(request, this, "")
    version = _number(request.POST.get("version", ""))
    try:
        with transaction.atomic():
            done = states.cancel(
                this.booking, by=this.booking.contact, version=version, reason="by_guest", in_policy=True
            )
            sending.send_word(done, "cancelled")
    except states.TooLate:
        return _page(request, this, {}, status=REFUSED)
    except (states.Stale, states.NotAllowed):
        return _changed(request, this)
    return _back(request, this, "cancelled")


@require_POST
@guest_page(private=True)
@_visit
def earlier(request: Any, this: Visit) -> HttpResponse:
    """They would come earlier: the waitlist asks them when a place becomes free; or they do not wait any more."""
    if this.stage != BOOKED:
        return _back(request, this, "")
    by = this.booking.contact
    with transaction.atomic():
        if request.POST.get("leave"):
            waiting.leave(this.booking, by=by)
            return _back(request, this, "content")
        try:
            waiting.wait(this.booking, by=by, source="page")
        except waitlist.Wrong:
            return _back(request, this, "")
    return _back(request, this, "waits")


@require_safe
@guest_page(private=True)
@_visit
def file(request: Any, this: Visit) -> HttpResponse:
    """The visit for the guest's own calendar."""
    if this.stage in (HELD, DUE, OVER):
        raise Http404
    body = visit_file(this.booking, request.salon, sending.manage_url(this.token))
    return HttpResponse(
        body,
        content_type="text/calendar; charset=utf-8; method=PUBLISH",
        headers={"Content-Disposition": 'attachment; filename="visit.ics"'},
    )


def _changed(request: Any, this: Visit) -> HttpResponse:
    this.booking = Booking.objects.select_related("contact").get(pk=this.booking.pk)
    words = _("The visit was changed meanwhile. This is how it stands now.")
    return _page(request, this, {"trouble": words}, status=409)


def _back(request: Any, this: Visit, done: str) -> HttpResponse:
    query = [*([("done", done)] if done else []), *request.look.pairs]
    address = reverse("book:visit", args=[this.token])
    return HttpResponseRedirect(f"{address}?{urlencode(query)}" if query else address, status=303)


def _notices() -> dict[str, str]:
    return {
        "booked": _("It is booked. See you then!"),
        "proved": _("Your phone is confirmed."),
        "moved": _("Your visit has a new time."),
        "cancelled": _("Your visit is cancelled."),
        "waits": _("We write to you by WhatsApp when an earlier time becomes free."),
        "content": _("All right, we do not look for an earlier time any more."),
        "sent": _("If the number is right, a new code is on its way."),
    }


def _page(request: Any, this: Visit, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    booking, stage = this.booking, this.stage
    may_change = stage == BOOKED and states.may_still_change(booking)
    common = {
        "look": request.look,
        "this": this,
        "stage": stage,
        "booking": booking,
        "when": showing.moment(minute_of(booking.starts_at)),
        "lines": _lines(booking),
        "total": money.shown(booking.price_minor, booking.currency) if booking.price_minor else "",
        "may_change": may_change,
        "until": moving.until(booking) if may_change else None,
        "salon_chat": sending.chat_url(""),
        "waits": waiting.entry_of(booking) if may_change else None,
    }
    if stage == HELD:
        word = codes.page_code(this.secret)
        common |= {
            "word": word,
            "chat": sending.chat_url(texts.said(sending.language_of(booking), "prefilled", code=word)),
        }
    if stage == DUE:
        link = link_of(booking)
        common |= {
            "deposit": money.shown(booking.deposit_minor, booking.currency),
            # Until the provider has made its page the guest waits for a moment, or for the message.
            "pay_url": link.url if link and link.state == PaymentLink.State.OPEN else "",
        }
    if stage == OVER:
        common |= _again(request, this)
    return render(request, f"crm/bookings/page/visit_{stage}.html", common | context, status=status)


def _again(request: Any, this: Visit) -> dict[str, Any]:
    """The same visit at the nearest free times, with what was typed."""
    chosen = moving.choice_of(this.booking, request.look)
    notes = this.notes
    typed = {"name": this.booking.guest_name, "phone": notes.phone, "note": this.booking.note}
    offers = {"offers": "1"} if notes.data.get("offers") else {}
    form = GuestForm(typed | offers, country=request.salon.country)
    near = moving.nearest(chosen, this.booking) if chosen.services else []
    return {
        "form": form,
        "ticket": new_ticket(),
        "carried": chosen.but(at=None, day=None).pairs,
        "nearest": showing.nearest(near),
        "edit": chosen.but(at=None, day=None).query,
    }


def _times(
    request: Any, this: Visit, chosen: choosing.Choice, *, trouble: str = "", around: int | None = None,
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    days = showing.days(moving.free_for(this.booking), chosen.known, chosen.day, choosing.written)
    look = request.look.pairs
    context = {
        "look": request.look,
        "this": this,
        "booking": this.booking,
        "when": showing.moment(minute_of(this.booking.starts_at)),
        "lines": _lines(this.booking),
        "days": days,
        "trouble": trouble,
        "nearest": showing.nearest(moving.nearest_to(this.booking, around)) if around is not None else [],
        "earlier": days.earlier and urlencode([("day", str(days.earlier)), *look]),
        "later": days.later and urlencode([("day", str(days.later)), *look]),
    }
    return render(request, "crm/bookings/page/visit_move.html", context, status=status)


def _lines(booking: Booking) -> list[showing.Line]:
    known = catalogue()
    return [
        showing.Line(
            known.services[item.service_id].name,
            tuple(str(one["name"]) for one in item.add_ons),
            known.people[item.professional_id].name,
            item.starts_at,
            int((item.ends_at - item.starts_at).total_seconds() // 60),
            money.shown(item.price_minor, booking.currency) if item.price_minor else "",
        )
        for item in items_in_order(booking)
    ]


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
