"""Asking for an amount, taking it back, giving it back; and what the provider tells of it, each news once.

The provider is called by timers (`calls`), after the commit of what wants it and with nothing locked. Whoever asked
hears by the events `payment_link.*`, whose payload names purpose and subject.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop

from billing.payment_links import providers
from billing.payment_links.models import PaymentLink
from billing.payment_links.port import News
from ops import clock
from ops.events.actions import emit
from ops.salon import current_salon_id
from ops.timers.actions import NewTimer, set_many
from tenants.alerts.actions import NewAlert, raise_alert
from tenants.alerts.models import Level
from tenants.alerts.words import Words
from tenants.audit import actions as audit

CREATE: Final = "payment_link.create"
REFUND: Final = "payment_link.refund"
WITHDRAW: Final = "payment_link.withdraw"
EXPIRE: Final = "payment_link.expire"
State = PaymentLink.State
OPEN: Final = (State.WANTED, State.OPEN)
# Nothing came by it, and nobody has said that the money came another way (then it is withdrawn).
UNPAID: Final = (*OPEN, State.FAILED, State.EXPIRED)
# The version of a timer of a call counts its tries below this.
TRIES: Final = 100
MOST_HEARD: Final = 50


_LIST: Final = "/settings/deposits/"
_PROBLEMS: Final = {
    "refund": gettext_noop("A payment could not be given back"),
    "amount": gettext_noop("A guest has paid another amount than was asked for"),
}


class NoProvider(Exception):
    """No payment provider is set up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An amount, from whom, and what for."""

    amount_minor: int
    currency: str
    purpose: str
    subject: UUID
    description: str = ""
    contact_id: int | None = None
    expires_at: datetime | None = None


@transaction.atomic
def ask_for(wanted: Wanted, *, by: Any = None) -> PaymentLink:
    """Have a page made where it can be paid; the one that is open for the same already, if there is one. Raises
    NoProvider."""
    kind = providers.current()
    if not kind:
        raise NoProvider
    open_one = PaymentLink.objects.filter(purpose=wanted.purpose, subject=wanted.subject, state__in=OPEN).first()
    if open_one is not None:
        return open_one
    link = PaymentLink.objects.create(
        provider=kind,
        amount_minor=wanted.amount_minor,
        currency=wanted.currency,
        purpose=wanted.purpose,
        subject=wanted.subject,
        description=wanted.description[:200],
        contact_id=wanted.contact_id,
        expires_at=wanted.expires_at,
    )
    timers = [NewTimer(CREATE, str(link.pk), clock.now())]
    if wanted.expires_at:
        timers.append(NewTimer(EXPIRE, str(link.pk), wanted.expires_at))
    set_many(current_salon_id(), timers)
    _told("asked", link, by)
    return link


@transaction.atomic
def withdraw(link: PaymentLink, *, by: Any = None) -> PaymentLink:
    """Nobody shall pay it any more."""
    return _withdrawn(link, OPEN, by)


@transaction.atomic
def settle(link: PaymentLink, *, by: Any = None) -> PaymentLink:
    """It is paid another way, or not wanted any more; one that came to nothing is settled by it, too."""
    return _withdrawn(link, UNPAID, by)


@transaction.atomic
def refund(link: PaymentLink, *, by: Any = None) -> PaymentLink:
    """Give what was paid back, once; the provider tells when it is done."""
    fresh = locked(link.pk)
    if fresh.state == State.PAID:
        fresh.state, fresh.version = State.REFUNDING, fresh.version + 1
        fresh.refunded_minor = fresh.amount_minor
        fresh.save(update_fields=["state", "version", "refunded_minor"])
        set_many(current_salon_id(), [NewTimer(REFUND, str(fresh.pk), clock.now(), fresh.version * TRIES)])
        _told("refunding", fresh, by)
    return fresh


@transaction.atomic
def hear(public_id: UUID, news: News, *, provider: str = "") -> PaymentLink | None:
    """What the provider tells: the same news again, and news of another time, change nothing. `provider`: whose news
    it is; of another's link it knows nothing."""
    rows = PaymentLink.objects.filter(public_id=public_id)
    found = (rows.filter(provider=provider) if provider else rows).values_list("pk", flat=True).first()
    if found is None:
        return None
    link = locked(found)
    if news.id in link.heard:
        return link
    link.heard = [*link.heard, news.id][-MOST_HEARD:]
    link.save(update_fields=["heard"])
    if news.kind == "paid" and news.amount_minor not in (0, link.amount_minor):
        # Not what was asked for: nothing is booked by it, and somebody looks at it.
        link.error = f"paid {news.amount_minor}"
        link.save(update_fields=["error"])
        _told("mismatch", link, None)
        _alert("amount", link)
    elif news.kind == "paid" and link.paid_at is None:
        # Money is money, even after the link was taken back: whoever asked decides what becomes of it.
        link.state, link.paid_at, link.version = State.PAID, clock.now(), link.version + 1
        link.save(update_fields=["state", "paid_at", "version"])
        _told("paid", link, None)
    elif news.kind == "declined" and link.state in OPEN:
        _told("declined", link, None)
    elif news.kind == "expired" and link.state in OPEN:
        _close(link, State.EXPIRED)
        _told("expired", link, None)
    elif news.kind == "refunded":
        refunded(link)
    return link


def refunded(link: PaymentLink) -> None:
    """It was given back. Under its lock."""
    if link.state == State.REFUNDING:
        _close(link, State.REFUNDED)
        _told("refunded", link, None)


def not_refunded(link: PaymentLink, why: str) -> None:
    """The provider does not give it back: somebody of the salon must. Under its lock."""
    if link.state != State.REFUNDING:
        return
    link.error = (why or "refused")[:200]
    link.save(update_fields=["error"])
    _told("refund_refused", link, None)
    _alert("refund", link)


def opened(link: PaymentLink, ref: str, url: str) -> None:
    """Its page is there. Under its lock."""
    link.provider_ref, link.url = ref[:120], url[:500]
    link.save(update_fields=["provider_ref", "url"])
    if link.state == State.WANTED:
        link.state, link.opened_at, link.version = State.OPEN, clock.now(), link.version + 1
        link.save(update_fields=["state", "opened_at", "version"])
        _told("opened", link, None)
    elif link.state in (State.WITHDRAWN, State.EXPIRED):
        set_many(current_salon_id(), [NewTimer(WITHDRAW, str(link.pk), clock.now())])


def failed(link: PaymentLink, why: str) -> None:
    """The provider does not want it. Under its lock."""
    if link.state == State.WANTED:
        link.error = why[:200]
        link.save(update_fields=["error"])
        _close(link, State.FAILED)
        _told("failed", link, None)


def expire(pks: list[int]) -> None:
    """Their time is over."""
    for pk in sorted(pks):
        link = locked(pk)
        if link.state in OPEN and link.expires_at and link.expires_at <= clock.now():
            _close(link, State.EXPIRED)
            _told("expired", link, None)


def _withdrawn(link: PaymentLink, states: Sequence[State], by: Any) -> PaymentLink:
    fresh = locked(link.pk)
    if fresh.state in states:
        _close(fresh, State.WITHDRAWN)
        if fresh.provider_ref:
            set_many(current_salon_id(), [NewTimer(WITHDRAW, str(fresh.pk), clock.now())])
        _told("withdrawn", fresh, by)
    return fresh


def locked(pk: int) -> PaymentLink:
    """The link, nobody else changing it."""
    return PaymentLink.objects.select_for_update().get(pk=pk)


def reference_of(link: PaymentLink) -> str:
    """What the provider is told, and tells us."""
    return f"{current_salon_id()}.{link.public_id}"


def _alert(what: str, link: PaymentLink) -> None:
    title = Words(_PROBLEMS[what])
    raise_alert(
        current_salon_id() or 0,
        NewAlert(
            key=f"payment_link:{what}:{link.pk}",
            kind="payments",
            level=Level.WARNING,
            title=title,
            link=_LIST,
            is_notice=True,
        ),
    )


def _close(link: PaymentLink, state: str) -> None:
    link.state, link.closed_at, link.version = state, clock.now(), link.version + 1
    link.save(update_fields=["state", "closed_at", "version"])


def _told(what: str, link: PaymentLink, by: Any) -> None:
    after = {"purpose": link.purpose, "amount_minor": link.amount_minor, "currency": link.currency,
             "state": str(link.state), "for": str(link.subject)}  # fmt: skip
    audit.record(f"payment_link.{what}", subject=link.public_id, by=by, after=after)
    payload = {**after, "refunded_minor": link.refunded_minor, "version": link.version}
    if link.contact_id:
        payload["contact_id"] = link.contact_id
    emit(f"payment_link.{what}", subject=link.public_id, payload=payload)
