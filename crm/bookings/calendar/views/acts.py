"""Where a visit stands, and what is noted of it."""

from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from billing.payment_links import actions as links
from crm.bookings.actions import series, states
from crm.bookings.actions.booking import items_in_order
from crm.bookings.calendar import words
from crm.bookings.calendar.rights import Viewer
from crm.bookings.calendar.views.answers import done, given, is_part, number, told, undo_of
from crm.bookings.calendar.views.booking import drawer
from crm.bookings.deposits import actions as deposits
from crm.bookings.models import Booking
from crm.bookings.rights import visible_bookings
from portal.frame import money
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission

LONGEST_NOTE = 2000


@require_POST
@allowed(Permission.BOOKINGS_EDIT, shared="calendar", named="")
def state(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Confirmed, arrived, done, not come, cancelled (`rest`: with the later ones of its series), or back."""
    viewer = Viewer(request.member)
    row = viewer.booking(public_id)
    viewer.check({one.professional_id for one in items_in_order(row)})
    wanted, version, reason = given(request, "state", 20), number(given(request, "version")), given(request, "reason")
    if wanted not in Booking.State.values or wanted == Booking.State.HELD:
        return drawer(request, row, problem=_("A visit cannot become that."), status=422)
    try:
        if wanted == Booking.State.CANCELLED and given(request, "rest"):
            among = visible_bookings(request.member)
            gone = series.cancel_rest(row, by=request.member, reason=reason, version=version, among=among)
            text = ngettext("%(count)d visit cancelled", "%(count)d visits cancelled", len(gone)) % {"count": len(gone)}
            return _said(request, gone[0], text, "")
        fresh = states.change_state(row, wanted, by=request.member, version=version, reason=reason)
    except words.REFUSED as error:
        refusal = words.refusal(error, request.member)
        return drawer(request, viewer.booking(public_id), problem=refusal.words, status=409)
    text = f"{words.DID[wanted]}: {fresh.contact.name if fresh.contact else fresh.guest_name}".rstrip(": ")
    return _said(request, fresh, text, undo_of(fresh) if fresh.version != row.version else "")


@require_POST
@allowed(Permission.BOOKINGS_EDIT, shared="calendar", named="")
def note(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """The note and the price that was agreed."""
    viewer = Viewer(request.member)
    row = viewer.booking(public_id)
    viewer.check({one.professional_id for one in items_in_order(row)})
    values: dict[str, object] = {"note": given(request, "note", LONGEST_NOTE)}
    # What somebody typed, not what stood there when a package paid meanwhile.
    if (price := given(request, "price", 20)) and price != given(request, "price_was", 20):
        try:
            values["price_minor"] = money.read(price, row.currency)
        except money.NoMoney:
            return drawer(request, row, problem=_("Write an amount, e.g. 1500 or 89,90."), status=422)
    try:
        fresh = states.change_note(row, values, by=request.member, version=number(given(request, "version")))
    except words.REFUSED as error:
        refusal = words.refusal(error, request.member)
        return drawer(request, viewer.booking(public_id), problem=refusal.words, status=409)
    return _said(request, fresh, _("Saved"), undo_of(fresh) if fresh.version != row.version else "")


@require_POST
@allowed(Permission.BOOKINGS_EDIT, shared="calendar", named="")
def deposit(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Ask the guest for a deposit; they get the link by WhatsApp, and the visit stays booked."""
    viewer = Viewer(request.member)
    row = viewer.booking(public_id)
    viewer.check({one.professional_id for one in items_in_order(row)})
    try:
        amount = money.read(given(request, "amount", 20), row.currency)
        version = number(given(request, "version"))
        fresh = deposits.ask_by_hand(row, amount, by=request.member, version=version)
    except money.NoMoney:
        return drawer(request, row, problem=_("Write an amount, e.g. 1500 or 89,90."), status=422)
    except (deposits.NothingDue, links.NoProvider):
        return drawer(request, viewer.booking(public_id), problem=_("No deposit can be asked for now."), status=409)
    except words.REFUSED as error:
        refusal = words.refusal(error, request.member)
        return drawer(request, viewer.booking(public_id), problem=refusal.words, status=409)
    return _said(request, fresh, _("The guest gets a link to pay the deposit"), "")


def _said(request: SalonRequest, row: Booking, text: str, undo_url: str) -> HttpResponse:
    if not is_part(request):
        return done(request, text, row)
    fresh = Viewer(request.member).booking(row.public_id)
    return told(drawer(request, fresh), text, fresh, undo_url=undo_url)
