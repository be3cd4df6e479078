"""The salon's rules as they hold: its own where it has set them, else those of the house."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.db import transaction
from django.utils.dateparse import parse_datetime

from ops import clock
from ops.redaction import LEVELS, learn
from ops.salon import current_salon_id
from tenants.audit import actions as audit
from tenants.privacy import registry
from tenants.privacy.models import PrivacyPolicy
from tenants.privacy.rules import DELETE, Rule
from tenants.salons.models import Salon

ONLY = 1
MOST_DAYS = 36_500


@dataclass(frozen=True, slots=True)
class Holding:
    """A rule as it holds in the salon."""

    rule: Rule
    days: int
    how: str
    ran_at: datetime | None = None
    removed: int = 0
    total: int = 0

    @property
    def before(self) -> datetime | None:
        """What is older goes; None: nothing does."""
        return clock.now() - timedelta(days=self.days) if self.days else None


@cache
def rules() -> tuple[Rule, ...]:
    """Of all apps, in the order in which they are shown."""
    return tuple(sorted(registry.all_of("RETENTION"), key=lambda rule: rule.order))


def stored() -> PrivacyPolicy:
    """The row, or an unsaved one with the defaults."""
    return PrivacyPolicy.objects.filter(pk=ONLY).first() or PrivacyPolicy(pk=ONLY)


def holding() -> list[Holding]:
    """Every rule as it holds."""
    row = stored()
    return [_held(rule, row) for rule in rules()]


def days_of(kind: str) -> int:
    """How many days things of a kind are kept; 0: for ever."""
    return next(one.days for one in holding() if one.rule.kind == kind)


@transaction.atomic
def change(wanted: dict[str, tuple[int, str]], *, controller: str, officer: str, redaction: str, by: Any) -> None:
    """Set the rules, by kind: days and how; and how much of a phone log lines show."""
    row = _locked()
    before = {one.rule.kind: one.days for one in (_held(rule, row) for rule in rules())}
    row.rules = {kind: {"days": days, "how": how} for kind, (days, how) in wanted.items()}
    row.controller, row.officer = controller, officer
    row.save(update_fields=["rules", "controller", "officer"])
    after = {kind: days for kind, (days, _how) in wanted.items()}
    changed = {kind: days for kind, days in after.items() if before.get(kind) != days}
    salon = Salon.objects.get(pk=current_salon_id())
    said: dict[str, Any] = dict(changed)
    if salon.log_redaction != redaction and redaction in LEVELS:
        Salon.objects.filter(pk=salon.pk).update(log_redaction=redaction)
        learn(salon.pk, redaction)
        said["log_redaction"] = redaction
    if said:
        audit.record("privacy_policy.changed", subject="privacy_policy", by=by,
                     before={kind: before.get(kind) for kind in changed}, after=said)  # fmt: skip


def note_run(kind: str, removed: int, *, is_new: bool) -> None:
    """What a rule came to, in the transaction of what it took; `is_new`: the first batch of a day's run."""
    row = _locked()
    was = row.runs.get(kind, {})
    row.runs[kind] = {
        "at": clock.now().isoformat(),
        "removed": removed + (0 if is_new else int(was.get("removed", 0))),
        "total": removed + int(was.get("total", 0)),
    }
    row.save(update_fields=["runs"])


def _locked() -> PrivacyPolicy:
    PrivacyPolicy.objects.get_or_create(pk=ONLY)
    return PrivacyPolicy.objects.select_for_update().get(pk=ONLY)


def _held(rule: Rule, row: PrivacyPolicy) -> Holding:
    own, run = row.rules.get(rule.kind, {}), row.runs.get(rule.kind, {})
    how = str(own.get("how") or (rule.hows[0][0] if rule.hows else DELETE))
    return Holding(
        rule=rule,
        days=int(own.get("days", rule.days)),
        how=how,
        ran_at=parse_datetime(run["at"]) if run.get("at") else None,
        removed=int(run.get("removed", 0)),
        total=int(run.get("total", 0)),
    )
