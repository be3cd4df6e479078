"""Who hears of an alert outside of the portal: rows to work off, each with a timer, in the transaction of the alert."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from ops import clock
from ops.timers.actions import NewTimer, set_many
from tenants.access.membership import holders
from tenants.access.roles import Permission, Role
from tenants.alerts.models import RANKS, Alert, AlertDelivery, AlertPreference, AlertWebhook, Level
from tenants.members.models import Member

MAIL = "alert.mail"
WEBHOOK = "alert.webhook"
Channel, What, State = AlertDelivery.Channel, AlertDelivery.What, AlertDelivery.State

# What is not urgent may be over before anyone needs to read of it.
MAIL_AFTER = {Level.CRITICAL: timedelta(0), Level.WARNING: timedelta(minutes=2), Level.INFO: timedelta(minutes=10)}
# About money: mailed to whoever gets any e-mail at all.
_OF_MONEY = ("quota.", "subscription.")
# Who gets what without having said so.
BY_ROLE: dict[str, AlertPreference.Mail] = {
    Role.OWNER: AlertPreference.Mail.CRITICAL,
    Role.MANAGER: AlertPreference.Mail.CRITICAL,
}


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who may get e-mail of alerts."""

    user_id: int
    member_id: int
    mail: AlertPreference.Mail


def raised(salon_id: int, alert: Alert) -> None:
    """Tell of an alert that was opened, or became worse."""
    level = Level(alert.level)
    rank = RANKS[Level.CRITICAL] if alert.kind.startswith(_OF_MONEY) else RANKS[level]
    rows = [
        AlertDelivery(alert=alert, channel=Channel.MAIL, what=What.RAISED, user_id=reader.user_id)
        for reader in readers(salon_id)
        if reader.mail != AlertPreference.Mail.NOTHING
        and rank >= RANKS[Level(str(reader.mail))]
        and alert.member_id in (None, reader.member_id)
    ]
    # What concerns one person is no program's business.
    webhook = AlertWebhook.objects.filter(is_active=True).first() if alert.member_id is None else None
    if webhook and RANKS[level] >= RANKS[Level(webhook.level)]:
        rows.append(AlertDelivery(alert=alert, channel=Channel.WEBHOOK, what=What.RAISED))
    plan(salon_id, rows, MAIL_AFTER[level])


def cleared(salon_id: int, alert: Alert) -> None:
    """Tell those who heard of it that it is over; who has not heard yet need not."""
    told = AlertDelivery.objects.filter(alert=alert, what=What.RAISED)
    told.filter(state=State.WAITING, channel=Channel.MAIL).update(state=State.SKIPPED, settled_at=clock.now())
    heard = told.filter(state=State.SENT).values_list("channel", "user_id").distinct()
    rows = [
        AlertDelivery(alert=alert, channel=channel, what=What.CLEARED, user_id=user_id) for channel, user_id in heard
    ]
    if told.filter(channel=Channel.WEBHOOK, state=State.WAITING).exists():
        # A program gets both, in their order.
        rows.append(AlertDelivery(alert=alert, channel=Channel.WEBHOOK, what=What.CLEARED))
    plan(salon_id, rows)


def plan(salon_id: int, rows: Sequence[AlertDelivery], mail_after: timedelta = timedelta(0)) -> None:
    """Keep deliveries and set their timers."""
    AlertDelivery.objects.bulk_create(rows)
    now = clock.now()
    mails = [NewTimer(MAIL, str(row.pk), now + mail_after) for row in rows if row.channel == Channel.MAIL]
    calls = [NewTimer(WEBHOOK, str(row.pk), now) for row in rows if row.channel == Channel.WEBHOOK]
    set_many(salon_id, mails)
    set_many(salon_id, calls)


def readers(salon_id: int) -> list[Reader]:
    """The members who may see alerts, and what each wants; called inside the salon."""
    roles = dict(holders(salon_id, Permission.ALERTS_SEE).values_list("user_id", "role"))
    members = Member.objects.filter(is_active=True, user_id__in=list(roles)).order_by("pk")
    chosen = dict(AlertPreference.objects.values_list("member__user_id", "mail"))
    return [
        Reader(member.user_id, member.pk, wish(roles[member.user_id], chosen.get(member.user_id))) for member in members
    ]


def wish(role: str, chosen: str | None) -> AlertPreference.Mail:
    """What a member wants: what they chose, else what their role says."""
    if chosen is not None:
        return AlertPreference.Mail(chosen)
    return BY_ROLE.get(role, AlertPreference.Mail.NOTHING)
