"""What flows change of the salon's: one function per effect, over a batch, in the transaction of the step.

An effect is carried out once: it commits with the state of the execution that wanted it, which never takes that step
again (I9). One that cannot be carried out is noted at its step and keeps nobody from being answered.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import OperationalError, transaction
from django.utils.translation import gettext_noop

from crm.consent import register
from crm.consent.models import Purpose, Source, State
from crm.contacts import actions as contacts
from crm.contacts import fields
from crm.contacts.models import Contact
from crm.inbox import handing
from crm.inbox.handing import Handing
from flows.engine.events import Effect, StepTaken
from flows.engine.inputs import Said, Started
from flows.models import Flow
from flows.runtime import calls, deal_effects
from ops.salon import current_salon_id
from tenants.alerts.actions import NewAlert, raise_alert
from tenants.alerts.models import Level
from tenants.alerts.words import Words
from tenants.members.models import Member

if TYPE_CHECKING:
    from flows.runtime.running import Execution, Turn

log = logging.getLogger(__name__)

LONGEST_EVIDENCE = 500
LONGEST_FIELD = 60
MOST_FIELDS = 100
MOST_TAGS = 100


class CannotDo(Exception):
    """This effect cannot be carried out; the text is for whoever drew the flow."""


@dataclass(frozen=True, slots=True)
class Doing:
    """One effect, and all that its function needs to know."""

    execution: "Execution"
    event: Effect
    taken: StepTaken
    # Who acts, for audit lines.
    by: Flow
    # What the guest wrote, if that caused it.
    words: str = ""

    @property
    def payload(self) -> dict[str, Any]:
        """What the node wants."""
        return self.event.payload

    def text(self, name: str, longest: int) -> str:
        """A text of the payload, without what no row can hold. Raises CannotDo."""
        value = self.payload.get(name)
        if not isinstance(value, str):
            raise CannotDo(f"{name} is no text")
        if len(value := value.replace("\x00", "").strip()) > longest:
            raise CannotDo(f"{name} has more than {longest} characters")
        return value


def carry_out(turns: Sequence["Turn"]) -> int:
    """Do what the executions of these turns want done; how many effects there were. Faults are noted at the steps."""
    wanted = [
        (turn, event) for turn in turns if turn.outcome for event in turn.outcome.events if isinstance(event, Effect)
    ]
    if not wanted:
        return 0
    flows = Flow.objects.only("pk", "public_id", "name").in_bulk({turn.execution.flow_id for turn, _event in wanted})
    groups: dict[str, list[Doing]] = {}
    for turn, event in wanted:
        groups.setdefault(event.effect, []).append(_doing(turn, event, flows[turn.execution.flow_id]))
    for name, group in groups.items():
        _try(name, group)
    return len(wanted)


def _doing(turn: "Turn", event: Effect, by: Flow) -> Doing:
    assert turn.outcome is not None  # noqa: S101 - its effect is here
    taken = next(one for one in turn.outcome.steps if one.seq == event.seq)
    message = turn.said.message if isinstance(turn.said, Started) else turn.said
    return Doing(turn.execution, event, taken, by, message.text if isinstance(message, Said) else "")


def _try(name: str, group: Sequence[Doing]) -> None:
    effect = EFFECTS.get(name)
    if effect is None:
        for one in group:
            _note(one, f"{name}: this release does not know it")
        return
    try:
        with transaction.atomic():
            effect(group)
    except OperationalError:
        # A deadlock or a lost connection: the whole step is tried again.
        raise
    except Exception as error:
        if len(group) > 1:
            # One of them is bad; each alone shows which.
            for one in group:
                _try(name, [one])
            return
        if not isinstance(error, CannotDo):
            log.exception("effect %s failed", name)
        _note(group[0], f"{name}: {error}" if isinstance(error, CannotDo) else f"{name}: {type(error).__name__}")


def _note(one: Doing, why: str) -> None:
    one.taken.error = f"{one.taken.error}; {why}" if one.taken.error else why


# --- the guest ----------------------------------------------------------------------------------------------------


def tag(batch: Sequence[Doing]) -> None:
    """{"add": ["vip"], "remove": ["new"]}"""
    for one, contact in _with_contacts(batch):
        add, remove = _tags(one, "add"), _tags(one, "remove")
        if len({*contact.tags, *add} - {*remove}) > MOST_TAGS:
            raise CannotDo(f"a contact has at most {MOST_TAGS} tags")
        contacts.retag(contact, add=add, remove=remove, by=one.by)


def set_field(batch: Sequence[Doing]) -> None:
    """{"name": "size", "value": 42}; null takes the field away."""
    for one, contact in _with_contacts(batch):
        name, value = one.text("name", LONGEST_FIELD), one.payload.get("value")
        if not name:
            raise CannotDo("the field has no name")
        if name not in contact.fields and len(contact.fields) >= MOST_FIELDS:
            raise CannotDo(f"a contact has at most {MOST_FIELDS} fields")
        try:
            taken = fields.clean({name: storable(value)})
        except fields.Refused as refused:
            raise CannotDo(f"the field takes no such value: {refused}") from refused
        contacts.change(contact, {"fields": taken}, by=one.by)


def set_name(batch: Sequence[Doing]) -> None:
    """{"value": "Ana"}"""
    for one, contact in _with_contacts(batch):
        if name := one.text("value", 1000)[:120].strip():
            contacts.change(contact, {"name": name}, by=one.by)


def set_language(batch: Sequence[Doing]) -> None:
    """{"value": "pt_BR"}"""
    for one, contact in _with_contacts(batch):
        contacts.change(contact, {"language": one.text("value", 10)}, by=one.by)


def consent(batch: Sequence[Doing]) -> None:
    """{"purpose": "marketing", "state": "granted"}; what the guest wrote is the evidence."""
    for one, contact in _with_contacts(batch):
        purpose, state = one.payload.get("purpose"), one.payload.get("state")
        if purpose not in Purpose.values or state not in State.values:
            raise CannotDo(f"consent {purpose} {state} is not known")
        evidence = f"{one.by.name}: {one.words}" if one.words else one.by.name
        register.record(
            contact,
            purposes=[purpose],
            state=state,
            source=Source.FLOW,
            evidence=evidence[:LONGEST_EVIDENCE],
            by=one.by,
        )


# --- the talk, and the team ---------------------------------------------------------------------------------------


def assign(batch: Sequence[Doing]) -> None:
    """{"member": "<public id>"}; null: nobody."""
    wanted = {UUID(one.payload["member"]) for one in batch if one.payload.get("member")}
    members = {one.public_id: one for one in Member.objects.filter(public_id__in=wanted, is_active=True)}
    if wanted - members.keys():
        raise CannotDo("this member does not work here any more")
    handing.assign(
        [
            Handing(
                one.execution.conversation_id,
                one.by,
                member=members[UUID(one.payload["member"])] if one.payload.get("member") else None,
            )
            for one in batch
        ]
    )


def hand_over(batch: Sequence[Doing]) -> None:
    """{"note": "wants a discount"}; a note is told to the team, as the mark on the conversation has no room for it."""
    handing.hand_over(
        [Handing(one.execution.conversation_id, one.by, note=str(one.payload.get("note") or "")[:500]) for one in batch]
    )
    for one in batch:
        if note := str(one.payload.get("note") or "").strip():
            title = Words(gettext_noop("A guest waits for you: %(flow)s hands over"), {"flow": one.by.name})
            _tell(one, title, note, Level.INFO)


def close(batch: Sequence[Doing]) -> None:
    """{}"""
    handing.close([Handing(one.execution.conversation_id, one.by) for one in batch])


def tell_team(batch: Sequence[Doing]) -> None:
    """{"text": "…", "level": "warning"}"""
    for one in batch:
        level = one.payload.get("level") or Level.INFO
        if level not in Level.values:
            raise CannotDo(f"level {level} is not known")
        _tell(one, Words(gettext_noop("%(flow)s tells you"), {"flow": one.by.name}), one.text("text", 4096), level)


def move_deal(batch: Sequence[Doing]) -> None:
    """See deal_effects."""
    if why := deal_effects.move_deal(_with_contacts(batch)):
        raise CannotDo(why)


def add_task(batch: Sequence[Doing]) -> None:
    """See deal_effects."""
    if why := deal_effects.add_task(_with_contacts(batch)):
        raise CannotDo(why)


def call_webhook(batch: Sequence[Doing]) -> None:
    """{"url": "https://…", "body": {…}, "secret": "NAME", "headers": {…}}; nobody waits for the answer."""
    calls.write(
        current_salon_id() or 0,
        [calls.NewCall("webhook", one.execution, one.event.node, one.event.seq, one.payload) for one in batch],
    )


def _tell(one: Doing, title: Words, text: str, level: str) -> None:
    raise_alert(
        current_salon_id() or 0,
        NewAlert(
            key=f"flow:{one.execution.id}:{one.event.seq}",
            kind="flow.told",
            level=Level(level),
            title=title,
            text=Words("%(text)s", {"text": text[:1000]}),
            link=f"/inbox/{one.execution.conversation_public_id}/",
            link_words=Words(gettext_noop("Open the conversation")),
            is_notice=True,
        ),
    )


EFFECTS: dict[str, Callable[[Sequence[Doing]], None]] = {
    "contact.tag": tag,
    "contact.field": set_field,
    "contact.name": set_name,
    "contact.language": set_language,
    "consent": consent,
    "conversation.assign": assign,
    "conversation.hand_over": hand_over,
    "conversation.close": close,
    "team.tell": tell_team,
    "deal.move": move_deal,
    "task.add": add_task,
    "webhook": call_webhook,
}


def _with_contacts(batch: Sequence[Doing]) -> list[tuple[Doing, Contact]]:
    """Each with its contact, or with the one that it has become part of."""
    wanted = {one.execution.contact_id for one in batch}
    found = Contact.with_merged.select_related("merged_into").in_bulk(wanted)
    if wanted - found.keys():
        raise CannotDo("the contact is gone")
    # Everybody locks in one order.
    ordered = sorted(batch, key=lambda one: one.execution.contact_id)
    return [(one, _kept(found[one.execution.contact_id])) for one in ordered]


def _kept(contact: Contact) -> Contact:
    return contact.merged_into or contact


def _tags(one: Doing, name: str) -> list[str]:
    given = one.payload.get(name) or []
    tags = list(dict.fromkeys(str(tag).replace("\x00", "").strip() for tag in given))
    if any(len(tag) > 40 for tag in tags):
        raise CannotDo("a tag has at most 40 characters")
    return [tag for tag in tags if tag]


def storable(value: Any) -> Any:
    """JSON as PostgreSQL takes it: without NUL, and without halves of characters."""
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [storable(item) for item in value]
    if isinstance(value, dict):
        return {storable(str(name)): storable(item) for name, item in value.items()}
    return value
