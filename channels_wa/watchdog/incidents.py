"""Incidents of a number: a reason opens one, and it closes when that is gone and its hold over; each step is noted."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from channels_wa.numbers.models import Number
from channels_wa.watchdog import policy
from channels_wa.watchdog.models import Incident
from channels_wa.watchdog.policy import AGAIN_WITHIN, POLICIES
from channels_wa.watchdog.reasons import Code, Reason
from ops.events.actions import emit
from tenants.alerts.actions import NewAlert, clear_alert, raise_alert
from tenants.alerts.words import Words

# Reasons that are shown, and are no incident: nothing is done about them.
_ONLY_SHOWN = frozenset({Code.LIMIT, Code.QUIET})


def standing(number_ids: Iterable[int]) -> dict[int, list[Incident]]:
    """The open incidents by number, locked; inside the salon and a transaction."""
    found: dict[int, list[Incident]] = defaultdict(list)
    for incident in Incident.objects.select_for_update().filter(number_id__in=list(number_ids), closed_at=None):
        found[incident.number_id].append(incident)
    return found


def held(incidents: Sequence[Incident], now: datetime) -> list[Reason]:
    """The reasons of incidents that have not been open for as long as they must."""
    return [
        Reason(Code(one.kind), int(one.values.get("costs", 0)), {**one.values})
        for one in incidents
        if one.holds_until > now
    ]


def follow(
    number: Number, reasons: Sequence[Reason], incidents: Sequence[Incident], *, value: int, now: datetime
) -> tuple[list[Incident], list[Incident]]:
    """Open what began and close what is over; what is open now, and what was closed."""
    wanted = {reason.code: reason for reason in reasons if reason.code not in _ONLY_SHOWN}
    by_code = {Code(one.kind): one for one in incidents}
    closed = [_close(number, one, now) for code, one in by_code.items() if code not in wanted]
    open_now = []
    for code, reason in wanted.items():
        values = {**reason.values, "costs": reason.costs}
        if code in by_code:
            open_now.append(_keep_up(by_code[code], values, value))
        else:
            open_now.append(_open(number, code, values, value=value, now=now))
    return open_now, closed


def save(incidents: Iterable[Incident]) -> None:
    """Write what was noted."""
    for incident in incidents:
        incident.save(update_fields=["values", "lowest_score", "log", "closed_at"])


def key(number: Number, code: Code) -> str:
    """Of the alert that an incident raises."""
    return f"number:{number.public_id}:{code}"


def page_of(number: Number) -> str:
    """Where a number's health is shown."""
    return f"/settings/numbers/{number.public_id}/"


def close_all(number: Number, now: datetime) -> None:
    """The number is gone: nothing is wrong with it any more."""
    for incident in standing([number.pk]).get(number.pk, []):
        save([_close(number, incident, now)])


def _open(number: Number, code: Code, values: dict[str, Any], *, value: int, now: datetime) -> Incident:
    before = Incident.objects.filter(number_id=number.pk, kind=code, closed_at__gt=now - AGAIN_WITHIN).count()
    hold = policy.hold_of(code, times_before=before)
    incident = Incident(
        number_id=number.pk, kind=code, values=values, lowest_score=value, opened_at=now, holds_until=now + hold
    )
    incident.note("opened", now, score=value)
    incident.save()
    emit("incident.opened", subject=number.public_id, payload=_payload(incident))
    if level := POLICIES[code].level:
        raise_alert(
            number.salon_id,
            NewAlert(
                key=key(number, code),
                kind=f"number.{code}",
                level=level,
                title=policy.title(code, values, phone=number.display_phone),
                text=policy.text(code, values),
                link=page_of(number),
                link_words=Words(POLICIES[code].link_words),
            ),
        )
        incident.note("told", now)
    return incident


def _keep_up(incident: Incident, values: dict[str, Any], value: int) -> Incident:
    incident.values, incident.lowest_score = values, min(incident.lowest_score, value)
    return incident


def _close(number: Number, incident: Incident, now: datetime) -> Incident:
    incident.closed_at = now
    incident.note("closed", now)
    emit("incident.closed", subject=number.public_id, payload=_payload(incident))
    clear_alert(number.salon_id, key(number, Code(incident.kind)))
    return incident


def _payload(incident: Incident) -> dict[str, Any]:
    return {"number_id": incident.number_id, "incident": str(incident.public_id), "kind": incident.kind}
