"""Selling packages, using them, giving uses and money back. What is left is counted under the row's lock, and each
service of a visit is paid by one use at most (a constraint), so it is exact however many press at once."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import F

from billing.payment_links import actions as links
from billing.payment_links.models import PaymentLink
from crm.bookings.actions import writing
from crm.bookings.models import Booking, BookingItem, Package, PackageSale, PackageUse
from crm.contacts.models import Contact
from ops import clock
from ops.events.actions import emit
from ops.salon import current_salon_id
from ops.timers.actions import NewTimer, set_many
from tenants.audit import actions as audit
from tenants.salons.models import Salon

OVER: Final = "package.over"
# Of a payment link.
PURPOSE: Final = "package"
State = PackageSale.State
FIELDS: Final = ("name", "service_ids", "uses", "price_minor", "currency", "valid_days")
USABLE: Final = ("booked", "confirmed", "arrived", "done")


class CannotUse(Exception):
    """Why it cannot pay for this: over, empty, unpaid, other_service, other_guest, used_already, wrong_state."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Stale(Exception):
    """Somebody else changed it meanwhile."""


@transaction.atomic
def create(values: Mapping[str, Any], *, by: Any) -> Package:
    """Offer a package."""
    row = Package.objects.create(**{name: values[name] for name in FIELDS})
    audit.record("package.created", subject=row.public_id, by=by, after=dict(values))
    emit("package.created", subject=row.public_id, payload={"name": row.name})
    return row


@transaction.atomic
def change(package: Package, values: Mapping[str, Any], *, by: Any, version: int | None = None) -> Package:
    """Sell it otherwise from now on; what was sold stays as it was. Raises Stale."""
    fresh = Package.objects.select_for_update().get(pk=package.pk)
    if version is not None and fresh.version != version:
        raise Stale
    changed = [name for name in FIELDS if name in values and getattr(fresh, name) != values[name]]
    if not changed:
        return fresh
    before = {name: getattr(fresh, name) for name in changed}
    for name in changed:
        setattr(fresh, name, values[name])
    fresh.version, fresh.updated_at = fresh.version + 1, clock.now()
    fresh.save(update_fields=[*changed, "version", "updated_at"])
    after = {name: values[name] for name in changed}
    audit.record("package.changed", subject=fresh.public_id, by=by, before=before, after=after)
    return fresh


@transaction.atomic
def put_away(package: Package, *, by: Any, back: bool = False) -> Package:
    """Sell it no more; or again."""
    fresh = Package.objects.select_for_update().get(pk=package.pk)
    if bool(fresh.archived_at) == back:
        fresh.archived_at = None if back else clock.now()
        fresh.save(update_fields=["archived_at"])
        audit.record(f"package.{'restored' if back else 'archived'}", subject=fresh.public_id, by=by)
    return fresh


@transaction.atomic
def sell(package: Package, contact: Contact, *, by: Any, note: str = "", by_link: bool = False) -> PackageSale:
    """The guest has it from now on; `by_link`: gets a link to pay, and uses it once that is paid.

    Raises CannotUse for one that is sold no more, links.NoProvider.
    """
    fresh = Package.objects.select_for_update().get(pk=package.pk)
    if fresh.archived_at:
        raise CannotUse("over")
    now = clock.now()
    sale = PackageSale.objects.create(
        package=fresh,
        contact=contact,
        name=fresh.name,
        service_ids=fresh.service_ids,
        uses=fresh.uses,
        price_minor=fresh.price_minor,
        currency=fresh.currency,
        expires_at=now + timedelta(days=fresh.valid_days) if fresh.valid_days else None,
        note=note[:300],
        sold_by=writing.member(by),
        created_at=now,
    )
    if sale.expires_at:
        set_many(current_salon_id(), [NewTimer(OVER, str(sale.pk), sale.expires_at)])
    _told("sold", sale, by)
    if by_link and sale.price_minor:
        salon = Salon.objects.values_list("name", flat=True).get(pk=current_salon_id() or 0)
        links.ask_for(
            links.Wanted(
                amount_minor=sale.price_minor,
                currency=sale.currency,
                purpose=PURPOSE,
                subject=sale.public_id,
                description=f"{salon}: {sale.name}",
                contact_id=contact.pk,
            ),
            by=by,
        )
    return sale


def link_of(sale: PackageSale) -> PaymentLink | None:
    """The newest link by which it is paid, if it is sold so."""
    return PaymentLink.objects.filter(purpose=PURPOSE, subject=sale.public_id).order_by("-pk").first()


@transaction.atomic
def paid_otherwise(sale: PackageSale, *, by: Any) -> None:
    """The guest has paid at the desk: nobody shall pay the link any more, and it may be used."""
    locked(sale.pk)
    for link in PaymentLink.objects.filter(purpose=PURPOSE, subject=sale.public_id, state__in=links.UNPAID):
        links.settle(link, by=by)


def unpaid(sales: Sequence[PackageSale]) -> set[UUID]:
    """Those that nobody has paid: the link is open, or came to nothing, and nobody said that it was paid otherwise."""
    rows = PaymentLink.objects.filter(
        purpose=PURPOSE, subject__in=[one.public_id for one in sales], state__in=links.UNPAID
    )
    return set(rows.values_list("subject", flat=True))


@transaction.atomic
def use(sale: PackageSale, booking: Booking, position: int, *, by: Any) -> PackageUse:
    """Pay one service of a visit by it. Raises CannotUse."""
    # The visit first, as everything that changes visits does.
    visit = Booking.objects.select_for_update().get(pk=booking.pk)
    fresh = locked(sale.pk)
    item = BookingItem.objects.filter(booking=visit, position=position).first()
    _check(fresh, visit, item)
    if item is None or PackageUse.objects.filter(booking=visit, position=position, returned_at=None).exists():
        raise CannotUse("used_already")
    made = PackageUse.objects.create(
        sale=fresh, booking=visit, position=position, service_id=item.service_id,
        price_minor=min(item.price_minor, visit.price_minor), by=writing.member(by),
    )  # fmt: skip
    _charge(visit, -made.price_minor)
    fresh.used, fresh.version = fresh.used + 1, fresh.version + 1
    fresh.save(update_fields=["used", "version"])
    _told("used", fresh, by, booking=str(visit.public_id))
    return made


@transaction.atomic
def give_back(made: PackageUse, *, by: Any) -> PackageSale:
    """The visit does not take place, or was paid otherwise: it may be used again, and the visit costs what it did."""
    visit = Booking.objects.select_for_update().get(pk=made.booking_id)
    fresh = locked(made.sale_id)
    again = PackageUse.objects.select_for_update().get(pk=made.pk)
    if again.returned_at is None and fresh.state != State.REFUNDED:
        again.returned_at = clock.now()
        again.save(update_fields=["returned_at"])
        _charge(visit, again.price_minor)
        fresh.used, fresh.version = fresh.used - 1, fresh.version + 1
        fresh.save(update_fields=["used", "version"])
        _told("returned", fresh, by, use=again.pk)
    return fresh


@transaction.atomic
def refund(sale: PackageSale, *, by: Any, version: int | None = None) -> PackageSale:
    """Give back the money for what was not used; it cannot be used any more. Raises CannotUse, Stale."""
    fresh = locked(sale.pk)
    if version is not None and fresh.version != version:
        raise Stale
    if fresh.state == State.REFUNDED or not fresh.left:
        raise CannotUse("empty")
    is_unpaid = False
    for link in PaymentLink.objects.filter(purpose=PURPOSE, subject=fresh.public_id).order_by("pk"):
        if link.state in links.UNPAID:
            links.settle(link, by=by)
            is_unpaid = True
        elif link.state == PaymentLink.State.PAID and not fresh.used:
            # All of it goes the way it came; a part is paid back at the desk.
            links.refund(link, by=by)
    # Nobody gets back what was never paid.
    fresh.refunded_minor = 0 if is_unpaid else worth(fresh)
    _close(fresh, State.REFUNDED)
    _told("refunded", fresh, by, refunded_minor=fresh.refunded_minor)
    return fresh


def expire(pks: Sequence[int]) -> None:
    """Their time is over."""
    for pk in sorted(pks):
        fresh = locked(pk)
        if fresh.state == State.ACTIVE and fresh.expires_at and fresh.expires_at <= clock.now():
            _close(fresh, State.EXPIRED)
            _told("expired", fresh, None)


def use_for(booking: Booking) -> None:
    """The visit is done: what the guest has bought pays for it, what ends first before the others."""
    if booking.contact_id is None:
        return
    paid = set(PackageUse.objects.filter(booking=booking, returned_at=None).values_list("position", flat=True))
    for item in BookingItem.objects.filter(booking=booking).order_by("position"):
        if item.position in paid:
            continue
        for sale in usable(booking.contact_id, item.service_id):
            try:
                use(sale, booking, item.position, by=None)
            except CannotUse:
                continue
            break


def return_for(booking: Booking) -> None:
    """The visit does not take place: its uses are the guest's again."""
    for made in PackageUse.objects.filter(booking=booking, returned_at=None).order_by("sale_id", "pk"):
        give_back(made, by=None)


def usable(contact: int, service: int | None = None) -> list[PackageSale]:
    """What a guest may still use, the first to end first."""
    rows = PackageSale.objects.filter(contact=contact, state=State.ACTIVE, used__lt=F("uses"))
    if service is not None:
        rows = rows.filter(service_ids__contains=[service])
    now = clock.now()
    found = rows.order_by(F("expires_at").asc(nulls_last=True), "pk")
    standing = [sale for sale in found if sale.expires_at is None or sale.expires_at > now]
    waiting = unpaid(standing)
    return [sale for sale in standing if sale.public_id not in waiting]


def paid_for(booking: Booking) -> dict[int, str]:
    """By which package the services of a visit are paid, by their places."""
    rows = PackageUse.objects.filter(booking=booking, returned_at=None)
    return dict(rows.values_list("position", "sale__name"))


def worth(sale: PackageSale) -> int:
    """What is left of it in money, rounded down."""
    return sale.price_minor * sale.left // sale.uses if sale.uses else 0


def locked(pk: int) -> PackageSale:
    """The sale, nobody else changing it."""
    return PackageSale.objects.select_for_update().get(pk=pk)


def _check(fresh: PackageSale, visit: Booking, item: BookingItem | None) -> None:
    if fresh.state != State.ACTIVE or (fresh.expires_at and fresh.expires_at <= clock.now()):
        raise CannotUse("over")
    if not fresh.left:
        raise CannotUse("empty")
    if unpaid([fresh]):
        raise CannotUse("unpaid")
    if visit.contact_id != fresh.contact_id:
        raise CannotUse("other_guest")
    if item is None or item.service_id not in fresh.service_ids:
        raise CannotUse("other_service")
    if visit.state not in USABLE:
        raise CannotUse("wrong_state")


def _charge(visit: Booking, amount: int) -> None:
    """The visit costs so much more; under its lock. What it is, and whether it was changed, stays: somebody may be
    about to undo something else."""
    visit.price_minor, visit.updated_at = visit.price_minor + amount, clock.now()
    visit.save(update_fields=["price_minor", "updated_at"])


def _close(fresh: PackageSale, state: str) -> None:
    fresh.state, fresh.closed_at, fresh.version = state, clock.now(), fresh.version + 1
    fresh.save(update_fields=["state", "closed_at", "version", "refunded_minor"])


def _told(what: str, sale: PackageSale, by: Any, **more: Any) -> None:
    after = {"name": sale.name, "used": sale.used, "uses": sale.uses, "state": str(sale.state), **more}
    audit.record(f"package.{what}", subject=sale.public_id, by=by, after=after)
    payload = {**after, "contact_id": sale.contact_id, "price_minor": sale.price_minor, "currency": sale.currency,
               "version": sale.version, "by": writing.kind_of(by)}  # fmt: skip
    emit(f"package.{what}", subject=sale.public_id, payload=payload)
