"""The salon's rules as the checks read them: asked again every few seconds, not for every message."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import lru_cache
from time import monotonic
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from crm.consent.models import ContactPolicy
from ops.redaction import learn
from ops.salon import current_salon_id
from tenants.audit import actions as audit
from tenants.salons.models import Salon

_FRESH_S = 2.0
ONLY = 1


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules of one salon, and what they need to be applied."""

    zone: ZoneInfo
    language: str
    marketing_needs_opt_in: bool
    quiet_from: time | None
    quiet_until: time | None
    marketing_per_week: int | None
    stop_words: tuple[str, ...]
    confirmations: dict[str, str]
    takeover_hours: int = 12
    own_only_roles: tuple[str, ...] = ()
    masked_roles: tuple[str, ...] = ()
    # The salon's name, as guests read it.
    salon: str = ""

    def quiet_ends(self, now: datetime) -> datetime | None:
        """When the quiet hours end that `now` lies in; None outside of them."""
        if self.quiet_from is None or self.quiet_until is None or self.quiet_from == self.quiet_until:
            return None
        local = now.astimezone(self.zone)
        clock = local.timetz().replace(tzinfo=None)
        if self.quiet_from < self.quiet_until:
            is_quiet = self.quiet_from <= clock < self.quiet_until
        else:
            is_quiet = clock >= self.quiet_from or clock < self.quiet_until
        if not is_quiet:
            return None
        day = local.date() if clock < self.quiet_until else local.date() + timedelta(days=1)
        return datetime.combine(day, self.quiet_until, tzinfo=self.zone)


def policy() -> Policy:
    """Of the salon we are in."""
    return _policy(current_salon_id() or 0, int(monotonic() / _FRESH_S))


def forget() -> None:
    """Ask anew at the next look: somebody said that rules have changed."""
    _policy.cache_clear()


def stored() -> ContactPolicy:
    """The row, or the defaults as an unsaved one."""
    return ContactPolicy.objects.filter(pk=ONLY).first() or ContactPolicy(pk=ONLY)


@transaction.atomic
def change(values: dict[str, Any], *, by: Any) -> ContactPolicy:
    """Set these rules; the row as it is then."""
    ContactPolicy.objects.get_or_create(pk=ONLY)
    row = ContactPolicy.objects.select_for_update().get(pk=ONLY)
    before = {name: _plain(getattr(row, name)) for name in values}
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))
    after = {name: _plain(value) for name, value in values.items()}
    if before != after:
        audit.record("contact_policy.changed", subject="contact_policy", by=by, before=before, after=after)
    _policy.cache_clear()
    return row


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, time) else value


@lru_cache(maxsize=4096)
def _policy(salon_id: int, _slice: int) -> Policy:
    row = stored()
    facts = Salon.objects.values_list("name", "time_zone", "language", "log_redaction")
    name, zone, language, redaction = facts.get(pk=salon_id)
    # Workers hear of the salon's setting here: they handle its messages.
    learn(salon_id, redaction)
    return Policy(
        salon=name,
        zone=ZoneInfo(zone),
        language=language,
        marketing_needs_opt_in=row.marketing_needs_opt_in,
        quiet_from=row.quiet_from,
        quiet_until=row.quiet_until,
        marketing_per_week=row.marketing_per_week,
        stop_words=tuple(row.stop_words),
        confirmations=dict(row.confirmations),
        takeover_hours=row.takeover_hours,
        own_only_roles=tuple(row.own_only_roles),
        masked_roles=tuple(row.masked_roles),
    )
