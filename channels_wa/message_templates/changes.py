"""Meta's webhooks about templates, and sends that failed because of one (EVENT_HANDLERS).

The field of a webhook cannot be trusted (Meta's own examples mix two of them up), so its content decides.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q

from channels_wa.message_templates import hearing
from channels_wa.message_templates.actions import SYNC, ask_for_sync
from channels_wa.message_templates.meta import category_of, quality_of, reason_of, status_of
from channels_wa.message_templates.models import MessageTemplate, MessageTemplateQuerySet, Status
from channels_wa.message_templates.queries import account_of, accounts
from channels_wa.messages.models import Message
from channels_wa.numbers.models import Number
from ops.eventqueue.handling import Heard
from ops.salon import current_salon_id
from ops.timers.actions import NewTimer, set_many

Value = Mapping[str, Any]

# WHATSAPP.md §4: how long a pause lasts. A third time it is disabled.
PAUSES = {"FIRST_PAUSE": timedelta(hours=3), "SECOND_PAUSE": timedelta(hours=6)}
# Meta says when a pause ends; in case that webhook is lost, we ask after it.
ASK_AFTER_PAUSE = timedelta(minutes=2)
# Codes of sends that tell something about the template (WHATSAPP.md §7).
PAUSED, DISABLED, UNKNOWN = 132015, 132016, 132001


def on_events(heard: Sequence[Heard]) -> None:
    """Apply webhooks; an account with a template that we do not know is read anew."""
    own, strange = accounts(), set[str]()
    for one in heard:
        waba_id, value = str(one.payload.get("waba_id") or ""), one.payload.get("value")
        if waba_id not in own or not isinstance(value, Mapping):
            continue
        row = _row_of(waba_id, value)
        if row is None:
            strange.add(waba_id)
        else:
            _apply(row, value, _moment(one))
    if strange:
        ask_for_sync(sorted(strange))


def on_connected(heard: Sequence[Heard]) -> None:
    """A number was connected: its account's templates are read."""
    ids = {int(one.payload["number_id"]) for one in heard if one.payload.get("number_id")}
    numbers = Number.objects.filter(pk__in=ids, salon_id=current_salon_id() or 0, adapter="cloud_api")
    ask_for_sync(sorted(set(numbers.values_list("waba_id", flat=True))))


def on_failed(heard: Sequence[Heard]) -> None:
    """A message was refused because of its template: nobody should send it again before Meta says so."""
    failed = {one.subject: one for one in heard if one.payload.get("code") in (PAUSED, DISABLED, UNKNOWN)}
    if not failed:
        return
    ask: set[str] = set()
    for message in Message.objects.filter(public_id__in=list(failed), type="template").defer("raw"):
        one = failed[message.public_id]
        name, language = message.payload.get("name"), message.payload.get("language")
        waba_id = account_of(message.number_id)
        code = language.get("code") if isinstance(language, Mapping) else None
        row = _locked().of_account(waba_id).filter(name=name, language=code).order_by("-pk").first()
        if row is not None and one.payload["code"] in (PAUSED, DISABLED):
            status = Status.PAUSED if one.payload["code"] == PAUSED else Status.DISABLED
            if row.status != Status.DISABLED:
                hearing.set_status(row, status, one.at)
                row.save()
        if waba_id:
            ask.add(waba_id)
    if ask:
        ask_for_sync(sorted(ask))


def _apply(row: MessageTemplate, value: Value, at: datetime) -> None:
    if value.get("new_quality_score"):
        if quality := quality_of(value["new_quality_score"]):
            hearing.set_quality(row, quality, at)
    elif "new_category" in value or "correct_category" in value:
        _category(row, value, at)
    elif any(str(name).startswith("message_template_element") for name in value):
        # The webhook has texts without variables' samples; the account has all of it.
        ask_for_sync([row.waba_id])
    elif value.get("event"):
        _status(row, value, at)
    row.save()


def _status(row: MessageTemplate, value: Value, at: datetime) -> None:
    status = status_of(value["event"])
    if status is None:
        return
    row.meta_id = str(value.get("message_template_id") or row.meta_id)
    if category := category_of(value.get("message_template_category")):
        hearing.set_category(row, category, at)
    reason, recommendation = reason_of(value)
    other = value.get("other_info")
    title = str(other.get("title") or "") if isinstance(other, Mapping) else ""
    pause = PAUSES.get(title)
    if title and not reason:
        reason = str(other.get("description") or "") if isinstance(other, Mapping) else ""
    hearing.set_status(row, status, at, reason=reason, recommendation=recommendation, pause=pause)
    if row.status == Status.PAUSED and row.paused_until:
        due_at = row.paused_until + ASK_AFTER_PAUSE
        set_many(current_salon_id(), [NewTimer(SYNC, row.waba_id, due_at, int(due_at.timestamp()))])


def _category(row: MessageTemplate, value: Value, at: datetime) -> None:
    if category := category_of(value.get("correct_category")):
        hearing.announce_category(row, category, at)
    if category := category_of(value.get("new_category")):
        hearing.set_category(row, category, at)


def _row_of(waba_id: str, value: Value) -> MessageTemplate | None:
    """By Meta's id, or, before we know that, by name and language."""
    meta_id = str(value.get("message_template_id") or "")
    name, language = value.get("message_template_name"), value.get("message_template_language")
    by_name = Q(name=str(name or ""), language=str(language or ""))
    wanted = Q(meta_id=meta_id) | (by_name & Q(meta_id="")) if meta_id else by_name
    return _locked().of_account(waba_id).filter(wanted).order_by("-meta_id", "-pk").first()


def _locked() -> MessageTemplateQuerySet:
    return MessageTemplate.objects.live().select_for_update()


def _moment(one: Heard) -> datetime:
    """When Meta wrote it, where the delivery says so; else when it came."""
    given = one.payload.get("time")
    try:
        return datetime.fromtimestamp(float(given), UTC) if given else one.at
    except (TypeError, ValueError, OverflowError, OSError):
        return one.at
