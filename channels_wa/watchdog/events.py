"""What the watchdog hears: numbers that stop and come back, what Meta says of numbers, accounts and templates."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from django.db import connection
from django.utils.translation import gettext_noop

from channels_wa.numbers.models import Number
from channels_wa.numbers.queries import own_numbers, own_numbers_ever
from channels_wa.watchdog import notices, timers, watching
from channels_wa.watchdog.reasons import CIRCUIT_AFTER
from ops import clock
from ops.eventqueue.handling import Heard
from ops.salon import current_salon_id
from tenants.alerts.actions import NewAlert, clear_alert, clear_beginning, raise_alert
from tenants.alerts.models import Level
from tenants.alerts.words import NOTHING, Words

# A failure among many: one look shortly after the first is enough for all.
_SOON: Final = timedelta(seconds=20)


def on_numbers(events: Sequence[Heard]) -> None:
    """`number.*`: look at once at the numbers concerned; again is nothing new."""
    by_id = {number.pk: number for number in own_numbers().filter(pk__in=_ids(events))}
    timers.ensure(list(by_id.values()))
    for event in events:
        number = by_id.get(_id(event) or 0)
        if number is not None and event.kind == "number.changed":
            notices.tell_change(number, event.payload)
    # A circuit that stays open is looked at when it has been so for long enough to tell of.
    opened = [pk for event in events if event.kind == "number.circuit_opened" and (pk := _id(event)) in by_id]
    timers.look_soon([pk for pk in opened if pk is not None], clock.now() + CIRCUIT_AFTER + _SOON)
    watching.check(list(by_id.values()))


def on_disconnected(events: Sequence[Heard]) -> None:
    """`number.disconnected`: what was told of it is over."""
    for number in own_numbers_ever().filter(pk__in=_ids(events), state=Number.State.DISCONNECTED):
        timers.cancel(number)
        watching.forget(number)
        clear_beginning(number.salon_id, f"number:{number.public_id}:")


def on_quality_webhook(events: Sequence[Heard]) -> None:
    """`meta.phone_number_quality_update` may say that it is better, without saying how good: ask."""
    values = [(event, event.payload.get("value")) for event in events]
    better = [event for event, value in values if not (isinstance(value, dict) and value.get("event") == "FLAGGED")]
    wabas = {str(event.payload.get("waba_id")) for event in better}
    timers.ask_soon(own_numbers().filter(waba_id__in=wabas))


def on_failed(events: Sequence[Heard]) -> None:
    """`message.failed`: look at its number soon."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT number_id FROM message WHERE public_id = ANY(%s)", [[event.subject for event in events]]
        )
        timers.look_soon([pk for (pk,) in cursor.fetchall()], clock.now() + _SOON)


_SEVERITY: Final[Mapping[str, Level]] = {"CRITICAL": Level.CRITICAL, "WARNING": Level.WARNING}
_OVER: Final = frozenset({"RESOLVED", "INACTIVE", "CLEARED", "NONE"})


def on_account_alerts(events: Sequence[Heard]) -> None:
    """`meta.account_alerts`: Meta's own alerts, in its words, because there is no list of them."""
    for event in events:
        value = event.payload.get("value")
        if not isinstance(value, dict):
            continue
        # Newer deliveries nest what older ones have beside the entity.
        nested = value.get("alert_info")
        info: dict[str, Any] = nested if isinstance(nested, dict) else value
        kind = str(info.get("alert_type") or "")[:60]
        key = f"meta:{value.get('entity_id') or event.payload.get('waba_id')}:{kind}"[:120]
        if str(info.get("alert_status") or "") in _OVER:
            clear_alert(_salon(), key)
            continue
        description = str(info.get("alert_description") or "")[:500]
        raise_alert(
            _salon(),
            NewAlert(
                key=key,
                kind="meta.account_alert",
                level=_SEVERITY.get(str(info.get("alert_severity")), Level.INFO),
                title=Words(gettext_noop("Meta says of your account: %(what)s"), {"what": _readable(kind)}),
                text=Words("%(words)s", {"words": description}) if description else NOTHING,
                link="/settings/numbers/",
                link_words=Words(gettext_noop("See your numbers")),
                is_notice=True,
            ),
        )


_TEMPLATES: Final[Mapping[str, tuple[Level, str, str]]] = {
    "rejected": (
        Level.WARNING,
        gettext_noop("Meta rejected the template %(name)s"),
        gettext_noop("See what it says, change the template, and send it for review again."),
    ),
    "paused": (
        Level.WARNING,
        gettext_noop("Meta paused the template %(name)s"),
        gettext_noop("Guests did not like it. What uses it waits until Meta lets it go on."),
    ),
    "disabled": (
        Level.CRITICAL,
        gettext_noop("Meta has disabled the template %(name)s"),
        gettext_noop("It was paused too often. Choose another one where it is used."),
    ),
}


def on_templates(events: Sequence[Heard]) -> None:
    """`template.changed`: one that stops being usable is told, and is over when it is usable or reviewed again."""
    for event in events:
        if event.payload.get("what") != "status":
            continue
        key, new = f"template:{event.subject}", str(event.payload.get("new") or "")
        if new not in _TEMPLATES:
            clear_alert(_salon(), key)
            continue
        level, title, text = _TEMPLATES[new]
        name = f"{event.payload.get('name')} ({event.payload.get('language')})"
        raise_alert(
            _salon(),
            NewAlert(
                key=key,
                kind=f"template.{new}",
                level=level,
                title=Words(title, {"name": name}),
                text=Words(text),
                link=f"/templates/{event.subject}/",
                link_words=Words(gettext_noop("See the template")),
            ),
        )


def _ids(events: Iterable[Heard]) -> list[int]:
    return sorted({found for event in events if (found := _id(event)) is not None})


def _id(event: Heard) -> int | None:
    found = event.payload.get("number_id")
    return found if isinstance(found, int) else None


def _readable(word: str) -> str:
    return word.replace("_", " ").capitalize()


def _salon() -> int:
    return current_salon_id() or 0
