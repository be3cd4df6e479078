"""Raising, clearing and acknowledging alerts; each tells those who want to know."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction

from ops import clock
from ops.events import actions as events
from ops.live import publish_on_commit
from ops.salon import current_salon_id, run_in_salon
from tenants.alerts import telling
from tenants.alerts.models import RANKS, Alert, AlertPreference, Level
from tenants.alerts.words import NOTHING, Words
from tenants.audit import actions as audit
from tenants.members.models import Member

TOPIC = "alerts"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAlert:
    """What to tell. The same `key` is the same thing: while it is open, raising it again tells nobody."""

    key: str
    kind: str
    level: Level
    title: Words
    text: Words = NOTHING
    link: str = ""
    """A path of the salon's host."""
    link_words: Words = NOTHING
    is_notice: bool = False
    member: Member | None = None
    """Whom alone it concerns."""


def raise_alert(salon_id: int, new: NewAlert) -> bool:
    """Open an alert in the caller's transaction, if there is one; whether anyone is told of it now.

    One that is open keeps its place and gets the new words; when it became worse, it is told again.
    """
    return run_in_salon(salon_id, lambda: _raise(new))


def clear_alert(salon_id: int, key: str) -> bool:
    """What the alert told of is over; whether one was open."""
    return bool(clear_alerts(salon_id, [key]))


def clear_alerts(salon_id: int, keys: Iterable[str]) -> int:
    """The same for several; how many were open."""
    wanted = list(keys)
    return run_in_salon(salon_id, lambda: _clear(wanted)) if wanted else 0


def clear_beginning(salon_id: int, prefix: str) -> int:
    """Clear all alerts whose key begins so, as when their subject is gone; how many were open."""

    def clear() -> int:
        return _clear(list(Alert.objects.open().filter(key__startswith=prefix).values_list("key", flat=True)))

    return run_in_salon(salon_id, clear)


@transaction.atomic
def acknowledge(public_id: UUID, *, by: Member) -> Alert:
    """`by` takes care of it: it rings for nobody any more, and a notice is done with. Raises Alert.DoesNotExist."""
    alert = Alert.objects.told_to(by.pk).select_for_update().get(public_id=public_id)
    if alert.acknowledged_at is not None or not alert.is_open:
        return alert
    alert.acknowledged_at, alert.acknowledged_by = clock.now(), by
    if alert.is_notice:
        alert.closed_at = alert.acknowledged_at
    alert.save(update_fields=["acknowledged_at", "acknowledged_by", "closed_at"])
    audit.record("alert.acknowledged", subject=alert.public_id, by=by)
    _publish()
    return alert


@transaction.atomic
def set_mail(member: Member, mail: str) -> None:
    """Which e-mails a member wants."""
    before = AlertPreference.objects.select_for_update().filter(member=member).values_list("mail", flat=True).first()
    AlertPreference.objects.update_or_create(member=member, defaults={"mail": mail})
    if before != mail:
        after = {"level": str(mail)}
        audit.record("alert_mail.changed", subject=member.public_id, by=member, before={"level": before}, after=after)


@transaction.atomic
def _raise(new: NewAlert) -> bool:
    standing = Alert.objects.select_for_update().filter(key=new.key, closed_at=None).first()
    if standing is not None:
        return _change(standing, new)
    alert = Alert(key=new.key, kind=new.kind, is_notice=new.is_notice, member=new.member)
    _fill(alert, new)
    try:
        with transaction.atomic():
            alert.save()
    except IntegrityError:
        # Another process raised it at this very moment.
        return False
    _tell_raised(alert)
    return True


def _change(alert: Alert, new: NewAlert) -> bool:
    old_rank, before = RANKS[Level(alert.level)], (alert.level, alert.title, alert.text, alert.link)
    _fill(alert, new)
    if before == (alert.level, alert.title, alert.text, alert.link):
        return False
    is_worse = RANKS[new.level] > old_rank
    if is_worse:
        alert.acknowledged_at = alert.acknowledged_by = None
    alert.save()
    if is_worse:
        _tell_raised(alert)
    else:
        _publish()
    return is_worse


def _fill(alert: Alert, new: NewAlert) -> None:
    alert.level, alert.link = new.level, new.link
    alert.title, alert.text, alert.link_words = (one.to_json() for one in (new.title, new.text, new.link_words))


@transaction.atomic
def _clear(keys: list[str]) -> int:
    found = list(Alert.objects.select_for_update().open().filter(key__in=keys).order_by("pk"))
    for alert in found:
        alert.closed_at = clock.now()
        alert.save(update_fields=["closed_at"])
        events.emit("alert.cleared", subject=alert.public_id, payload={"kind": alert.kind, "key": alert.key})
        telling.cleared(_salon(), alert)
    if found:
        _publish()
    return len(found)


def _tell_raised(alert: Alert) -> None:
    payload = {"kind": alert.kind, "key": alert.key, "level": str(alert.level)}
    events.emit("alert.raised", subject=alert.public_id, payload=payload)
    telling.raised(_salon(), alert)
    _publish()


def _publish() -> None:
    # Sockets read by themselves what is new: each in the language of its page.
    publish_on_commit(_salon(), TOPIC, {"kind": "look"})


def _salon() -> int:
    salon_id = current_salon_id()
    if salon_id is None:
        raise RuntimeError("alerts belong to a salon; there is none here")
    return salon_id
