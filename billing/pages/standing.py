"""How a salon stands with what it pays, in words: its plan, its state, and the next thing that will happen."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing.pages.amounts import whole
from billing.plans.models import PlanVersion
from billing.plans.names import FREE
from billing.subscriptions import entitlement
from billing.subscriptions.models import Subscription
from billing.subscriptions.states import State

# From so many days on a trial asks on every page.
TRIAL_SHOWN = 7
OWES: Final = (State.PAST_DUE, State.SUSPENDED)
_KEPT: Final = "_billing_row"
_TONES = {
    State.ACTIVE: "green",
    State.TRIALING: "blue",
    State.PAST_DUE: "yellow",
    State.CANCELED: "",
    State.SUSPENDED: "red",
    State.PAUSED: "yellow",
}


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to be told, and the one button beside it."""

    tone: str
    text: str
    url: str
    action: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What the overview says of the plan."""

    plan: str
    code: str
    state: str
    tone: str
    price: str
    next_words: str
    owes: bool
    may_cancel: bool
    may_resume: bool


def row_of(request: Any) -> Subscription:
    """What the salon lives on; the page and the notice above it ask once."""
    found: Subscription | None = getattr(request, _KEPT, None)
    if found is None:
        found = entitlement.of(request.salon.pk, request.salon)
        setattr(request, _KEPT, found)
    return found


def owes(row: Subscription) -> bool:
    """Whether there is an invoice to pay."""
    return row.is_billed and row.standing in OWES


def of(row: Subscription, now: datetime) -> Standing:
    """The overview's card."""
    state = row.standing
    return Standing(
        plan=row.plan_version.plan.label,
        code=row.plan_version.plan.code,
        state=str(state.label),
        tone=_TONES[state],
        price=price_words(row.plan_version, row.interval, row.currency) if row.is_billed else "",
        next_words=_next(row, now),
        owes=owes(row),
        may_cancel=row.is_billed and not row.cancel_at,
        may_resume=row.is_billed and bool(row.cancel_at or row.next_version_id),
    )


def currency_of(row: Subscription, version: PlanVersion | None = None) -> str:
    """In which currency a plan is offered to this salon: its own, or the first one that the plan has."""
    own = row.currency if row.subscription_ref else row.salon.currency
    sold = (version or row.plan_version).amounts.get("month", {})
    return own if own in sold or not sold else next(iter(sold))


def price_words(version: PlanVersion, interval: str, currency: str) -> str:
    """R$ 199 a month; empty where it is not sold so."""
    amount = version.amount(interval or "month", currency)
    if amount is None:
        return ""
    if not amount:
        return _("Free")
    words = _("%(amount)s a year") if interval == "year" else _("%(amount)s a month")
    return words % {"amount": whole(amount, currency)}


def days_left(at: datetime, now: datetime) -> int:
    """By the salon's calendar: 0 on the last day."""
    return max(0, (timezone.localtime(at).date() - timezone.localtime(now).date()).days)


def notice(row: Subscription, now: datetime, *, may_pay: bool) -> Notice | None:
    """What stands above every page, if anything: a payment that is due, a trial that ends. Who may not pay is led to
    where it stands."""
    state = row.standing
    if state == State.PAST_DUE:
        text = _("The last payment did not go through. Until it does, campaigns wait.")
        if row.grace_ends_at and row.grace_ends_at > now:
            day = _day(row.grace_ends_at)
            text = _("The last payment did not go through. Campaigns wait; from %(day)s nothing leaves any more.")
            text %= {"day": day}
        return Notice("danger", text, *_way_on(row, may_pay=may_pay))
    if state == State.SUSPENDED:
        text = _(
            "The salon is stopped because a payment is missing, and guests cannot book. Everything is kept; their "
            "messages still arrive."
        )
        return Notice("danger", text, *_way_on(row, may_pay=may_pay))
    if state == State.PAUSED:
        if row.is_billed:
            # Whoever paused it at the gateway ends that.
            text = _("The plan is paused: nothing leaves and nobody books until we let it go on. Nothing is lost.")
            return Notice("warning", text, reverse("billing:overview"), _("See more"))
        text = _("The plan is paused: nothing leaves and nobody books. Choose a plan, and it goes on.")
        return Notice("warning", text, *_way_on(row, may_pay=may_pay))
    if state == State.TRIALING and row.trial_ends_at and not row.is_billed:
        left = days_left(row.trial_ends_at, now)
        if left > TRIAL_SHOWN:
            return None
        text = (
            ngettext("Your trial ends in %(days)d day.", "Your trial ends in %(days)d days.", left)
            if left
            else _("Your trial ends today.")
        )
        more = _("Then the salon goes on with Free; nothing is deleted.")
        return Notice("info", f"{text % {'days': left} if left else text} {more}", *_way_on(row, may_pay=may_pay))
    return None


def _way_on(row: Subscription, *, may_pay: bool) -> tuple[str, str]:
    """Where something can be done about it. Without a subscription there is no invoice: a plan is chosen."""
    if not may_pay:
        return reverse("billing:overview"), _("See more")
    if row.is_billed:
        return reverse("billing:payment"), _("Pay now")
    return reverse("billing:plans"), _("Choose a plan")


def _next(row: Subscription, now: datetime) -> str:
    state = row.standing
    if state == State.PAUSED:
        return _("Paused since %(day)s. Nothing is lost.") % {"day": _day(row.state_since)}
    if state == State.SUSPENDED:
        words = _("Stopped since %(day)s, because a payment is missing. Everything is kept.")
        return words % {"day": _day(row.state_since)}
    if row.cancel_at and row.is_billed:
        words = _("Ends on %(day)s. Then the salon goes on with Free; nothing is deleted.")
        return words % {"day": _day(row.cancel_at)}
    if state == State.TRIALING and row.trial_ends_at and row.is_billed:
        return _("A trial until %(day)s; the first payment is then.") % {"day": _day(row.trial_ends_at)}
    if state == State.TRIALING and row.trial_ends_at:
        left = days_left(row.trial_ends_at, now)
        words = ngettext(
            "%(days)d day left to try everything, until %(day)s. No card needed.",
            "%(days)d days left to try everything, until %(day)s. No card needed.",
            left,
        )
        return words % {"days": left, "day": _day(row.trial_ends_at)}
    if row.next_version is not None and row.period_ends_at:
        words = _("Changes to %(plan)s on %(day)s.")
        return words % {"plan": row.next_version.plan.label, "day": _day(row.period_ends_at)}
    if state == State.PAST_DUE and row.grace_ends_at:
        return _("Payment is due. Without it the salon stops on %(day)s.") % {"day": _day(row.grace_ends_at)}
    if row.is_billed and row.period_ends_at:
        return _("The next payment is on %(day)s.") % {"day": _day(row.period_ends_at)}
    if row.plan_version.plan.code == FREE:
        return _("Free for as long as you like.")
    return ""


def _day(at: datetime) -> str:
    return str(formats.date_format(timezone.localtime(at), "DATE_FORMAT"))
