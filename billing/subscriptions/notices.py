"""What the people of a salon are told of its subscription: a notice in the portal for the team, a mail to the owner.

Both say the same words. The mail goes to whoever may change what the salon pays, whatever alerts they have chosen: it
is about their contract.
"""

from datetime import datetime
from typing import Any, Final, NamedTuple

from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils.translation import gettext_noop

from billing.plans.names import FREE
from billing.plans.queries import version_of
from billing.subscriptions.excess import Over, over
from billing.subscriptions.models import Subscription
from billing.subscriptions.refusing import WAY_OUT
from billing.subscriptions.states import State
from portal.frame.rendering import as_on_a_page
from tenants.access.membership import holders
from tenants.access.roles import Permission
from tenants.accounts import post
from tenants.alerts.actions import NewAlert, clear_beginning, raise_alert
from tenants.alerts.models import Level
from tenants.alerts.words import Value, Words
from tenants.salons.hosts import salon_url
from tenants.salons.models import Salon

KIND: Final = "subscription"
LINK: Final = Words(gettext_noop("Plan and billing"))


class Notice(NamedTuple):
    """What is said; `for_free`: with what Free has too little room for."""

    level: Level
    title: str
    text: str
    for_free: bool = False


NOTICES: Final[dict[str, Notice]] = {
    "trial": Notice(
        Level.INFO,
        gettext_noop("%(days)d days of the trial are left"),
        gettext_noop(
            "The trial of %(plan)s ends %(until)s. Choose a plan and all goes on as it is. "
            "Without one the salon goes on with Free, and nothing is deleted."
        ),
        for_free=True,
    ),
    "trial_last": Notice(
        Level.WARNING,
        gettext_noop("The last day of the trial"),
        gettext_noop(
            "The trial of %(plan)s ends %(until)s. Choose a plan and all goes on as it is. "
            "Without one the salon goes on with Free, and nothing is deleted."
        ),
        for_free=True,
    ),
    "trial_over": Notice(
        Level.WARNING,
        gettext_noop("The trial is over, the salon goes on with Free"),
        gettext_noop(
            "Nothing was deleted. What Free has no room for can be looked at and taken out, "
            "and works again as soon as you choose a larger plan."
        ),
        for_free=True,
    ),
    "past_due": Notice(
        Level.WARNING,
        gettext_noop("A payment did not go through"),
        gettext_noop(
            "Everything works until %(until)s, only offers to guests wait. Pay, or choose another card: "
            "it takes a minute."
        ),
    ),
    "grace": Notice(
        Level.WARNING,
        gettext_noop("The payment is still missing: %(days)d days are left"),
        gettext_noop("From %(until)s on nothing can be changed or sent until it is paid. Nothing will be deleted."),
    ),
    "grace_last": Notice(
        Level.WARNING,
        gettext_noop("The payment is still missing: the last day"),
        gettext_noop("From %(until)s on nothing can be changed or sent until it is paid. Nothing will be deleted."),
    ),
    "suspended": Notice(
        Level.WARNING,
        gettext_noop("The salon is suspended until the payment is there"),
        gettext_noop(
            "What guests write is kept, and whoever wrote today can still be answered for a day. "
            "Pay, or go on with Free: everything is still there."
        ),
    ),
    "canceled": Notice(
        Level.WARNING,
        gettext_noop("The subscription has ended, the salon goes on with %(plan)s"),
        gettext_noop(
            "Nothing was deleted. What %(plan)s has no room for can be looked at and taken out, "
            "and works again as soon as you choose a larger plan."
        ),
        for_free=True,
    ),
    "paused": Notice(
        Level.WARNING,
        gettext_noop("The subscription is paused"),
        gettext_noop("Nothing is sent and nothing can be changed until it is resumed. Nothing is deleted."),
    ),
    "recovered": Notice(
        Level.INFO,
        gettext_noop("Thank you, the payment is there"),
        gettext_noop("Everything works again on %(plan)s."),
    ),
}
_OWED: Final = (State.PAST_DUE, State.SUSPENDED)


def changed(row: Subscription, before: dict[str, Any]) -> None:
    """Tell of another state, if it is one that people should know of. Inside the salon, in the transaction."""
    what = _told(row, before)
    if before["state"] != row.state or before["plan"] != row.plan_version.plan.code:
        clear_beginning(row.salon_id, f"{KIND}:")
    if what:
        _tell(row, what, until=row.grace_ends_at)


def remind(row: Subscription, what: str, days: int, until: datetime) -> None:
    """The end of a trial or a grace is so many days away."""
    _tell(row, what if days > 1 else f"{what}_last", until=until, days=days, key=what)


def _told(row: Subscription, before: dict[str, Any]) -> str:
    was, now = before["state"], row.standing
    if was == now:
        return ""
    if was == State.TRIALING and now == State.ACTIVE:
        return "trial_over" if row.plan_version.plan.code == FREE else ""
    if was in _OWED and now in (State.ACTIVE, State.TRIALING):
        return "recovered" if row.plan_version.plan.code != FREE else ""
    return str(now) if str(now) in NOTICES else ""


def _tell(row: Subscription, what: str, *, until: datetime | None, days: int = 0, key: str = "") -> None:
    notice = NOTICES[what]
    values: dict[str, Value] = {"plan": row.plan_version.plan.name, "days": days}
    if until is not None:
        values["until"] = until
    title, text = Words(notice.title, values), Words(notice.text, values)
    new = NewAlert(
        key=f"{KIND}:{key or what}",
        kind=KIND,
        level=notice.level,
        title=title,
        text=text,
        link=WAY_OUT,
        link_words=LINK,
        is_notice=True,
    )
    raise_alert(row.salon_id, new)
    beyond = over(row.salon_id, version_of(FREE)) if notice.for_free else []
    mail(row.salon_id, title, text, beyond)


def mail(salon_id: int, title: Words, text: Words, beyond: list[Over] | None = None) -> int:
    """Write to whoever may change what the salon pays, each in their language; to how many."""
    salon = Salon.objects.get(pk=salon_id)
    people = [one.user for one in holders(salon_id, Permission.BILLING_MANAGE).select_related("user").order_by("pk")]
    for user in people:
        with as_on_a_page(language=user.language or salon.language, time_zone=salon.time_zone):
            context = {
                "salon": salon,
                "title": str(title),
                "text": str(text),
                "beyond": beyond or [],
                "url": salon_url(salon.slug, WAY_OUT),
            }
            subject = f"{salon.name}: {title}"
            post.put(EmailMessage(subject, render_to_string("subscriptions/mail.txt", context), None, [user.email]))
    return len(people)
