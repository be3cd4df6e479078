"""The trial: from sign-up on, without a card, on the plan that most salons choose; it ends in Free without loss."""

from datetime import timedelta
from typing import Final

from billing.plans.names import FREE, TRIAL
from billing.subscriptions.entitlement import Entitlement, apply, locked
from billing.subscriptions.states import State
from ops import clock
from tenants.salons.models import Salon

LENGTH: Final = timedelta(days=14)


def start(salon: Salon) -> None:
    """SALON_SIGN_UP_STEPS: in the transaction that opens the salon, inside of it."""
    now = clock.now()
    wanted = Entitlement(
        plan=TRIAL,
        state=State.TRIALING,
        currency=salon.currency,
        period=(now, now + LENGTH),
        trial_ends_at=now + LENGTH,
        gateway="",
    )
    apply(salon.pk, wanted)


def end(salon_id: int) -> bool:
    """The trial's time is over and nobody has subscribed: on with Free. Whether it was so."""
    row = locked(salon_id)
    if row is None or row.state != State.TRIALING or row.subscription_ref:
        return False
    if row.trial_ends_at is None or row.trial_ends_at > clock.now():
        return False
    wanted = Entitlement(
        plan=FREE,
        state=State.ACTIVE,
        currency=row.currency,
        trial_ends_at=row.trial_ends_at,
        customer_ref=row.customer_ref,
        gateway="",
    )
    return apply(salon_id, wanted)
