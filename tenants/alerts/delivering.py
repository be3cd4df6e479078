"""Carrying out one telling: by e-mail or webhook, tried again a few times, then given up where people can see it.

Called inside the salon and outside of a transaction. A process that dies right after a mail has left sends it again.
"""

import logging
from datetime import timedelta

from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string

from ops import clock
from ops.salon import current_salon_id
from ops.timers.actions import NewTimer, set_many
from portal.frame.rendering import as_on_a_page
from tenants.accounts.models import User
from tenants.alerts import webhook
from tenants.alerts.models import AlertDelivery
from tenants.alerts.telling import MAIL, WEBHOOK, Channel, State, What, readers
from tenants.salons.hosts import salon_url
from tenants.salons.models import Salon

log = logging.getLogger(__name__)

# How long to wait after each try that failed; after the last the telling is dead.
AGAIN = {
    Channel.MAIL: [timedelta(seconds=30), *(timedelta(minutes=minutes) for minutes in (2, 10, 30, 120))],
    # As Standard Webhooks advises: five seconds first, then up to a day in all.
    Channel.WEBHOOK: [timedelta(seconds=5), *(timedelta(minutes=minutes) for minutes in (5, 30, 120, 300, 600))],
}
IN_ORDER = timedelta(seconds=10)


class NotTold(Exception):
    """It did not work this time; the text is for the salon's people and names no secret."""


def deliver(delivery_id: int) -> None:
    """One telling, if it is still wanted."""
    delivery = AlertDelivery.objects.select_related("alert").filter(pk=delivery_id, state=State.WAITING).first()
    if delivery is None:
        return
    if _is_overtaken(delivery):
        _set_timer(delivery, IN_ORDER)
        return
    try:
        wanted = _mail(delivery) if delivery.channel == Channel.MAIL else webhook.call(delivery)
    except (NotTold, webhook.NotTaken, OSError) as error:
        _again_or_dead(delivery, str(error) or type(error).__name__)
        return
    _settle(delivery, State.SENT if wanted else State.SKIPPED)
    if delivery.channel == Channel.WEBHOOK and wanted:
        webhook.note("")


@transaction.atomic
def try_again(delivery: AlertDelivery) -> bool:
    """A person asks for it: a dead telling begins anew; whether it was dead."""
    changed = AlertDelivery.objects.filter(pk=delivery.pk, state=State.DEAD).update(
        state=State.WAITING, attempts=0, error="", settled_at=None
    )
    if changed:
        _set_timer(delivery, timedelta(0))
    return bool(changed)


def _mail(delivery: AlertDelivery) -> bool:
    alert, salon_id = delivery.alert, current_salon_id() or 0
    # Who lost the right, or the wish, meanwhile is not written to.
    user = User.objects.filter(pk=delivery.user_id or 0, is_active=True).first()
    if user is None or alert is None or delivery.user_id not in {reader.user_id for reader in readers(salon_id)}:
        return False
    if delivery.what == What.RAISED and not alert.is_open:
        return False
    salon = Salon.objects.get(pk=salon_id)
    with as_on_a_page(language=user.language or salon.language, time_zone=salon.time_zone):
        context = {
            "alert": alert,
            "salon": salon,
            "is_over": delivery.what == What.CLEARED,
            "url": salon_url(salon.slug, alert.link or "/settings/alerts/"),
            "ways_url": salon_url(salon.slug, "/settings/alerts/ways/"),
        }
        subject = render_to_string("alerts/mail_subject.txt", context)
        body = render_to_string("alerts/mail.txt", context)
    if not send_mail(" ".join(subject.split()), body, None, [user.email]):
        raise NotTold("the mail server took nothing")
    return True


def _is_overtaken(delivery: AlertDelivery) -> bool:
    """Whether a program would hear of the end before the beginning."""
    if delivery.channel != Channel.WEBHOOK or delivery.what != What.CLEARED:
        return False
    earlier = AlertDelivery.objects.filter(alert=delivery.alert_id, channel=Channel.WEBHOOK, what=What.RAISED)
    return earlier.filter(state=State.WAITING).exists()


@transaction.atomic
def _again_or_dead(delivery: AlertDelivery, error: str) -> None:
    waits = AGAIN[Channel(delivery.channel)]
    delivery.attempts, delivery.error = delivery.attempts + 1, error[:300]
    is_dead = delivery.attempts > len(waits) or delivery.what == What.TEST
    if is_dead:
        delivery.state, delivery.settled_at = State.DEAD, clock.now()
        log.error("telling %s by %s was given up: %s", delivery.public_id, delivery.channel, error)
    else:
        _set_timer(delivery, waits[delivery.attempts - 1])
    delivery.save(update_fields=["attempts", "error", "state", "settled_at"])
    if delivery.channel == Channel.WEBHOOK:
        webhook.note(delivery.error, given_up=is_dead and delivery.what != What.TEST)


def _settle(delivery: AlertDelivery, state: str) -> None:
    delivery.attempts += 1
    delivery.state, delivery.settled_at, delivery.error = state, clock.now(), ""
    delivery.save(update_fields=["state", "settled_at", "attempts", "error"])


def _set_timer(delivery: AlertDelivery, wait: timedelta) -> None:
    # The timer that fires right now moves on: the errand sees that its lease is lost, and leaves it.
    subject, due_at = str(delivery.pk), clock.now() + wait
    is_mail = delivery.channel == Channel.MAIL
    set_many(current_salon_id(), [NewTimer(MAIL, subject, due_at) if is_mail else NewTimer(WEBHOOK, subject, due_at)])
