"""What people do about messages that did not leave, one or many: the rows, the audit log, and the talk's mark."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from django.db import transaction

from channels_wa.messages.models import Message
from channels_wa.outbox import dead_letters
from crm.inbox.actions import ABOUT_A_MESSAGE
from crm.inbox.live import tell_changed
from crm.inbox.models import Conversation
from crm.sending.letters import may_be_written
from crm.sending.tabs import Chosen
from ops import clock
from ops.salon import current_salon_id
from ops.timers.actions import NewTimer, set_many
from tenants.audit import actions as audit
from tenants.members.models import Member

BULK: Final = "sending.bulk"
# At once, while a person waits; the rest follows by a timer, as many at a time.
AT_ONCE = 200


@dataclass(frozen=True)
class Verb:
    """One thing that may be done, and what the audit log calls it."""

    change: Callable[[Sequence[int], Member], list[int]]
    noted: str
    needs_window: bool = False


VERBS: dict[str, Verb] = {
    "retry": Verb(lambda ids, _by: dead_letters.retry(ids), "message.retried", needs_window=True),
    "discard": Verb(lambda ids, by: dead_letters.discard(ids, by=by.pk), "message.discarded"),
    "restore": Verb(lambda ids, _by: dead_letters.restore(ids), "message.restored"),
    "arrived": Verb(lambda ids, by: dead_letters.confirm(ids, by=by.pk), "message.confirmed"),
    "take-back": Verb(lambda ids, _by: dead_letters.take_back(ids), "message.taken_back"),
}


class OnlyTemplates(Exception):
    """The service window is closed for this guest; nothing was changed."""


@transaction.atomic
def act(verb: str, messages: Sequence[Message], *, by: Member) -> list[int]:
    """Do one thing with messages; which of them it changed. What only a template could be is left as it is."""
    what = VERBS[verb]
    open_for = may_be_written(messages) if what.needs_window else {message.pk for message in messages}
    of_id = {message.pk: message for message in messages if message.pk in open_for}
    changed = what.change(sorted(of_id), by)
    for pk in changed:
        before = {"status": of_id[pk].status, "reason": of_id[pk].reason}
        audit.record(what.noted, subject=of_id[pk].public_id, by=by, before=before)
    _no_mark({of_id[pk].conversation_id for pk in changed})
    return changed


def act_on_one(verb: str, message: Message, *, by: Member) -> bool:
    """The same for one message; whether it was changed. Raises OnlyTemplates."""
    if VERBS[verb].needs_window and not may_be_written([message]):
        raise OnlyTemplates
    return bool(act(verb, [message], by=by))


@dataclass(frozen=True)
class Done:
    """How far doing something with a whole list came."""

    changed: int
    left_alone: int
    goes_on: bool


@transaction.atomic
def act_on_all(verb: str, chosen: Chosen, *, by: Member, up_to: int | None = None) -> Done:
    """Do one thing with a list as it is narrowed, the newest first, none newer than `up_to`; the rest by a timer."""
    rows = chosen.messages().order_by("-pk")
    if up_to is not None:
        rows = rows.filter(pk__lte=up_to)
    batch = list(rows[: AT_ONCE + 1])
    rest, batch = batch[AT_ONCE:], batch[:AT_ONCE]
    changed = act(verb, batch, by=by)
    if rest:
        subject = "|".join((verb, chosen.tab.name, chosen.cause, str(rest[0].pk), str(by.pk)))
        set_many(current_salon_id(), [NewTimer(BULK, subject, clock.now())])
    return Done(len(changed), len(batch) - len(changed), bool(rest))


def _no_mark(conversations: set[int]) -> None:
    """Somebody has looked; if it fails again, that calls for them again."""
    if Conversation.objects.filter(pk__in=conversations, attention__in=ABOUT_A_MESSAGE).update(attention=""):
        tell_changed(conversations)
