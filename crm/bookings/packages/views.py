"""Packages: what is sold, to whom, and what is left of it."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from billing.payment_links import actions as links
from billing.payment_links.providers import current
from crm.bookings.catalogue import catalogue
from crm.bookings.models import Booking, BookingItem, Package, PackageSale, PackageUse
from crm.bookings.packages import actions
from crm.bookings.packages.forms import PackageForm
from crm.bookings.rights import visible_bookings
from crm.contacts.models import Contact
from crm.contacts.names import addresses, name_of
from crm.inbox.rights import Who, contact_or_404, sees_own_only, visible_contacts
from portal.frame import money
from portal.frame.keyset import by_id
from portal.frame.toasts import toast
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission

MOST_VISITS = 20


@require_http_methods(["GET", "POST"])
@allowed(Permission.BOOKINGS_SEE)
def packages(request: SalonRequest) -> HttpResponse:
    """What is sold, who bought lately; and a new one."""
    form = PackageForm(request.POST or None)
    if request.method == "POST":
        if not request.member.may(Permission.SERVICES_MANAGE):
            return toast(request, _("You may look only."), status=403)
        if form.is_valid():
            actions.create(form.values(), by=request.member)
            return toast(request, _("“%(name)s” is sold from now on") % {"name": form.cleaned_data["name"]})
    page = by_id(visible_sales(request.member).select_related("contact"), before=request.GET.get("before", ""))
    context = {
        "form": form,
        "packages": [(one, money.shown(one.price_minor, one.currency)) for one in _offered()],
        "sales": _shown(page.rows),
        "next_url": page.next_url(reverse("packages:list")),
        "may_manage": request.member.may(Permission.SERVICES_MANAGE),
        "may_edit": request.member.may(Permission.BOOKINGS_EDIT),
    }
    return render(request, "crm/bookings/packages/list.html", context, status=422 if request.method == "POST" else 200)


@require_http_methods(["GET", "POST"])
@allowed(Permission.SERVICES_MANAGE)
def package(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """One that is sold: how; what was sold before stays as it was."""
    found = get_object_or_404(Package, public_id=public_id)
    form = PackageForm(request.POST or None, package=found)
    problem, status = "", 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                actions.change(found, form.values(), by=request.member, version=form.cleaned_data["version"])
            except actions.Stale:
                found.refresh_from_db()
                form, status = PackageForm(package=found), 409
                problem = _("It was changed meanwhile. Look, and save again.")
            else:
                return toast(request, _("Saved"))
    context = {"package": found, "form": form, "problem": problem}
    return render(request, "crm/bookings/packages/package.html", context, status=status)


@require_POST
@allowed(Permission.SERVICES_MANAGE)
def put_away(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Sell it no more, or again (?back=1)."""
    found = get_object_or_404(Package, public_id=public_id)
    back = request.GET.get("back") == "1"
    actions.put_away(found, by=request.member, back=back)
    return toast(request, _("It is sold again") if back else _("It is not sold any more"))


@require_http_methods(["GET", "POST"])
@allowed(Permission.BOOKINGS_EDIT)
def sell(request: SalonRequest) -> HttpResponse:
    """Sell one to a guest; with ?contact= it is known to whom."""
    given = request.POST if request.method == "POST" else request.GET
    contact = _contact(request, given.get("contact"))
    chosen = _uuid(given.get("package"))
    found = Package.objects.filter(public_id=chosen, archived_at=None).first() if chosen else None
    problem, status = "", 200
    if request.method == "POST":
        status = 422
        if contact is None:
            problem = _("Choose who buys it.")
        elif found is None:
            problem = _("Choose a package.")
        else:
            try:
                note = request.POST.get("note", "").replace("\x00", "")
                by_link = request.POST.get("by_link") == "1"
                sale = actions.sell(found, contact, by=request.member, note=note, by_link=by_link)
            except actions.CannotUse:
                problem = _("It is not sold any more.")
            except links.NoProvider:
                problem = _("There is no way to pay by link here.")
            else:
                return HttpResponseRedirect(reverse("packages:sold", args=[sale.public_id]), status=303)
    context = {
        "contact": _person(contact) if contact else None,
        "packages": [(one, money.shown(one.price_minor, one.currency)) for one in _offered() if not one.archived_at],
        "chosen": found,
        "has_provider": bool(current()),
        "problem": problem,
    }
    return render(request, "crm/bookings/packages/sell.html", context, status=status)


@require_GET
@allowed(Permission.BOOKINGS_SEE)
def sold(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """A package of a guest: what is left, and what it was used for."""
    return _sold_page(request, sale_or_404(request.member, public_id))


@require_POST
@allowed(Permission.BOOKINGS_EDIT)
def use(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Pay a service of a visit by it."""
    sale = sale_or_404(request.member, public_id)
    visit, _sep, place = request.POST.get("visit", "").partition(":")
    key = _uuid(visit)
    booking = visible_bookings(request.member).filter(public_id=key).first() if key else None
    if booking is None or not (place.isascii() and place.isdigit() and len(place) < 4):
        return _sold_page(request, sale, problem=_("Choose a visit."), status=422)
    try:
        actions.use(sale, booking, int(place), by=request.member)
    except actions.CannotUse as why:
        return _sold_page(request, sale_or_404(request.member, public_id), problem=_why(why.code), status=409)
    return toast(request, _("Used; it pays for this visit"))


@require_POST
@allowed(Permission.BOOKINGS_EDIT)
def give_back(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """A use that was none."""
    sale = sale_or_404(request.member, public_id)
    text = request.POST.get("use", "")
    key = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
    made = PackageUse.objects.filter(sale=sale, pk=key).first()
    if made is None:
        return toast(request, _("There is no such use."), status=409)
    actions.give_back(made, by=request.member)
    return toast(request, _("It may be used again"))


@require_POST
@allowed(Permission.SERVICES_MANAGE)
def refund(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """Give back the money for what was not used."""
    sale = sale_or_404(request.member, public_id)
    text = request.POST.get("version", "")
    version = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
    try:
        done = actions.refund(sale, by=request.member, version=version)
    except actions.Stale:
        problem = _("It was used meanwhile. Look at what is left, and try again.")
        return _sold_page(request, sale_or_404(request.member, public_id), problem=problem, status=409)
    except actions.CannotUse:
        return _sold_page(request, sale, problem=_("Nothing of it is left."), status=409)
    return toast(request, _("Pay back %(amount)s") % {"amount": money.shown(done.refunded_minor, done.currency)})


@require_POST
@allowed(Permission.BOOKINGS_EDIT)
def paid(request: SalonRequest, public_id: UUID) -> HttpResponse:
    """It was paid at the desk: the link is withdrawn."""
    actions.paid_otherwise(sale_or_404(request.member, public_id), by=request.member)
    return toast(request, _("Noted: it may be used"))


def visible_sales(who: Who) -> QuerySet[PackageSale]:
    """Packages of guests they may see."""
    found = PackageSale.objects.all()
    return found.filter(contact__in=visible_contacts(who).values("pk")) if sees_own_only(who) else found


def sale_or_404(who: Who, public_id: UUID) -> PackageSale:
    """The package. Raises Http404."""
    found = visible_sales(who).select_related("contact", "sold_by").filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def _sold_page(request: SalonRequest, sale: PackageSale, *, problem: str = "", status: int = 200) -> HttpResponse:
    known = catalogue().services
    uses = PackageUse.objects.filter(sale=sale).select_related("booking", "by").order_by("-pk")[:200]
    may_edit = request.member.may(Permission.BOOKINGS_EDIT)
    link, is_unpaid = actions.link_of(sale), bool(actions.unpaid([sale]))
    can_use = may_edit and sale.state == PackageSale.State.ACTIVE and sale.left > 0 and not is_unpaid
    context = {
        "row": _shown([sale])[0],
        "services": ", ".join(known[pk].name for pk in sale.service_ids if pk in known),
        "uses": [(one, known[one.service_id].name if one.service_id in known else "") for one in uses],
        "visits": _visits(request.member, sale) if can_use else [],
        "can_use": can_use,
        "link": link,
        "is_unpaid": is_unpaid,
        "may_edit": may_edit,
        "may_refund": request.member.may(Permission.SERVICES_MANAGE) and sale.state != "refunded" and sale.left > 0,
        "worth": money.shown(actions.worth(sale), sale.currency),
        "problem": problem,
    }
    return render(request, "crm/bookings/packages/sold.html", context, status=status)


def _visits(who: Who, sale: PackageSale) -> list[dict[str, Any]]:
    """Visits of the guest that it may pay for."""
    if sale.contact_id is None:
        return []
    bookings: QuerySet[Booking] = visible_bookings(who).filter(contact=sale.contact_id, state__in=actions.USABLE)
    paid = PackageUse.objects.filter(returned_at=None, booking__contact=sale.contact_id)
    taken = set(paid.values_list("booking_id", "position"))
    items = (
        BookingItem.objects.filter(booking__in=bookings.values("pk"), service__in=sale.service_ids)
        .select_related("booking", "service")
        .order_by("-starts_at")[:MOST_VISITS]
    )
    return [
        {"key": f"{item.booking.public_id}:{item.position}", "at": item.starts_at, "service": item.service.name}
        for item in items
        if (item.booking_id, item.position) not in taken
    ]


def _shown(sales: list[PackageSale]) -> list[dict[str, Any]]:
    named = addresses([one.contact_id for one in sales if one.contact_id])
    tones = {"active": "green", "refunded": "yellow"}
    return [
        {
            "sale": one,
            # Without a guest: they were erased.
            "who": name_of(one.contact, named.get(one.contact.pk, "")) if one.contact else _("Erased guest"),
            "price": money.shown(one.price_minor, one.currency),
            "tone": tones.get(one.state, ""),
        }
        for one in sales
    ]


def _offered() -> list[Package]:
    return list(Package.objects.order_by("archived_at", "name", "pk")[:200])


def _why(code: str) -> str:
    words = {
        "over": _("It is over."),
        "empty": _("Nothing of it is left."),
        "unpaid": _("It is not paid yet."),
        "other_guest": _("The visit is of another guest."),
        "other_service": _("It is not for this service."),
        "used_already": _("A package pays for this visit already."),
        "wrong_state": _("The visit does not take place."),
    }
    return words.get(code, code)


def _contact(request: SalonRequest, given: str | None) -> Contact | None:
    if not given:
        return None
    key = _uuid(given)
    if key is None:
        raise Http404
    return contact_or_404(request.member, key)


def _person(contact: Contact) -> dict[str, Any]:
    address = addresses([contact.pk]).get(contact.pk, "")
    return {"public_id": contact.public_id, "name": name_of(contact, address), "address": address}


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
