"""The answer step of flows: a message resumes the execution that waits for it, or starts the flow it asks for."""

from collections.abc import Mapping, Sequence
from typing import Any

from channels_wa.inbound.steps import LATER, Incoming
from flows.engine.events import MessageQueued
from flows.engine.inputs import Said, Started
from flows.engine.state import State
from flows.nodes.triggers import Call
from flows.runtime import rows
from flows.runtime.cancelling import cancel_talks
from flows.runtime.facts import people, salon_facts
from flows.runtime.graphs import graphs_of
from flows.runtime.running import Execution, Turn, run
from flows.triggers import missed_reply
from flows.triggers.lineup import Candidate, interrupts, lineup, pulled_by
from flows.usage import may_begin
from ops import clock
from ops.salon import current_salon_id

# What a guest does without saying anything to us.
UNSPOKEN = frozenset({"reaction", "system", "edit", "revoke", "unsupported"})
Trigger = dict[str, Any]
"""What began an execution, as expressions see it."""


def resume_or_start(batch: Sequence[Incoming]) -> list[bool | str]:
    """Which of the messages a flow took. One that comes while a program is asked is answered after the program has
    (LATER), so that everything of a guest happens in its order."""
    salon_id = current_salon_id() or 0
    spoken = [one for one in batch if one.bot_on and one.message.type not in UNSPOKEN]
    if not spoken:
        return [False] * len(batch)
    active = rows.listening([one.conversation_id for one in spoken])
    flows = lineup(salon_id) if may_begin(salon_id) else []
    active = _interrupted(spoken, active, flows)
    held = {pk for pk, execution in active.items() if execution.holds}
    later = {one.item_id for one in spoken if one.conversation_id in held}
    spoken = [one for one in spoken if one.item_id not in later]
    began = _start([one for one in spoken if one.conversation_id not in active], flows)
    started = {pk: execution for pk, (execution, _trigger) in began.items()}
    executions = active | started
    graphs = graphs_of(salon_id, {execution.version_id for execution in executions.values()})
    known = people([(one.contact_id, one.portfolio) for one in spoken if one.conversation_id in executions])
    turns = {}
    for one in spoken:
        execution = executions.get(one.conversation_id)
        if execution is None:
            continue
        facts = {"contact": known[one.contact_id].facts, "salon": salon_facts(salon_id).to_json()}
        said = _said(one, facts)
        trigger = began[one.conversation_id][1] if one.conversation_id in began else {}
        turns[one.item_id] = Turn(
            execution=execution,
            graph=graphs[execution.version_id],
            said=said if execution.id else Started(message=said, facts=facts, trigger=trigger),
            person=known[one.contact_id],
        )
    taken = {id(turn): turn for turn in run(salon_id, list(turns.values()))}
    missed_reply.watch([one for one in spoken if not _is_answered(taken.get(id(turns.get(one.item_id))))], flows)
    return [LATER if one.item_id in later else id(turns.get(one.item_id)) in taken for one in batch]


def call_of(one: Incoming) -> Call:
    """A message as triggers see it."""
    message = one.message
    return Call(
        text=message.text or message.reply_title or "",
        first_contact=one.is_new_contact,
        reply_id=message.reply_id,
        reply_title=message.reply_title,
        referral=message.referral,
    )


def _said(one: Incoming, facts: dict[str, Any]) -> Said:
    message = one.message
    return Said(
        text=message.text or message.reply_title or "",
        reply_id=message.reply_id,
        kind=message.type,
        wamid=message.wamid,
        facts=facts,
    )


def _is_answered(turn: Turn | None) -> bool:
    events = turn.outcome.events if turn and turn.outcome else []
    return any(isinstance(event, MessageQueued) for event in events)


def _interrupted(
    batch: Sequence[Incoming], active: Mapping[int, Execution], flows: Sequence[Candidate]
) -> dict[int, Execution]:
    """Those that still listen: where a flow may interrupt for this message, the one that waits is cancelled."""
    daring = [one for one in flows if one.may_interrupt]
    if not daring:
        return dict(active)
    ended = {
        one.conversation_id
        for one in batch
        if one.conversation_id in active and interrupts(call_of(one), daring) is not None
    }
    cancel_talks([active[pk].id for pk in ended], why="interrupted")
    return {pk: execution for pk, execution in active.items() if pk not in ended}


def _start(batch: Sequence[Incoming], flows: Sequence[Candidate]) -> dict[int, tuple[Execution, Trigger]]:
    """New executions and what began them, by conversation, for the messages that a published flow wants."""
    if not batch:
        return {}
    said = rows.said_lately([one.contact_id for one in batch if not one.is_new_contact])
    chosen = {one.conversation_id: pulled_by(call_of(one), flows) for one in batch}
    unwanted = {one.number_id for one in batch if chosen[one.conversation_id] is None}
    by_id = {one.flow_id: one for one in flows}
    instead = rows.default_flows(unwanted, list(by_id)) if unwanted else {}
    found: dict[int, tuple[Execution, Trigger]] = {}
    for one in batch:
        pulled = chosen[one.conversation_id]
        flow = pulled.flow if pulled else by_id.get(instead.get(one.number_id, 0))
        if flow is None:
            continue
        trigger = {"on": pulled.trigger.trigger, **_details(one, pulled.trigger.trigger)} if pulled else {}
        execution = Execution(
            flow_id=flow.flow_id,
            version_id=flow.version_id,
            contact_id=one.contact_id,
            conversation_id=one.conversation_id,
            conversation_public_id=one.conversation_public_id,
            number_id=one.number_id,
            state=State(sent=said.get(one.contact_id, [])),
            started_at=clock.now(),
            # The number's own flow takes any message.
            began_by=pulled.trigger.trigger if pulled else "any_message",
        )
        found[one.conversation_id] = (execution, trigger or {"on": "default"})
    return found


def _details(one: Incoming, kind: str) -> dict[str, Any]:
    """What expressions may know of the trigger beside its kind."""
    message = one.message
    if kind == "button":
        return {"reply_id": message.reply_id or "", "title": message.reply_title or ""}
    if kind == "referral":
        names = ("source_id", "source_type", "source_url", "headline", "body", "ctwa_clid")
        told = message.referral or {}
        return {name: str(told[name])[:500] for name in names if isinstance(told.get(name), str | int)}
    return {}
