"""The answer step of flows: a message resumes the execution that waits for it, or starts the flow it asks for."""

from collections.abc import Mapping, Sequence
from typing import Any

from channels_wa.inbound.steps import Incoming
from flows.engine.inputs import Said, Started
from flows.engine.state import State
from flows.graph import Graph, GraphError
from flows.nodes.triggers import Call
from flows.runtime import rows
from flows.runtime.facts import people, salon_facts
from flows.runtime.graphs import graphs_of, readable_graphs_of
from flows.runtime.running import Execution, Turn, run
from flows.triggers.startable import startable
from ops import clock
from ops.salon import current_salon_id

# What a guest does without saying anything to us.
UNSPOKEN = frozenset({"reaction", "system", "edit", "revoke", "unsupported"})


def resume_or_start(batch: Sequence[Incoming]) -> list[bool]:
    """Which of the messages a flow took."""
    salon_id = current_salon_id() or 0
    spoken = [one for one in batch if one.bot_on and one.message.type not in UNSPOKEN]
    if not spoken:
        return [False] * len(batch)
    active = rows.listening([one.conversation_id for one in spoken])
    started = _start(salon_id, [one for one in spoken if one.conversation_id not in active])
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
        turns[one.item_id] = Turn(
            execution=execution,
            graph=graphs[execution.version_id],
            said=said if execution.id else Started(message=said, facts=facts),
            person=known[one.contact_id],
        )
    taken = {id(turn) for turn in run(salon_id, list(turns.values()))}
    return [id(turns.get(one.item_id)) in taken for one in batch]


def _said(one: Incoming, facts: dict[str, Any]) -> Said:
    message = one.message
    return Said(
        text=message.text or message.reply_title or "",
        reply_id=message.reply_id,
        kind=message.type,
        wamid=message.wamid,
        facts=facts,
    )


def _start(salon_id: int, batch: Sequence[Incoming]) -> dict[int, Execution]:
    """New executions, by conversation, for the messages that a published flow wants."""
    if not batch:
        return {}
    flows = list(startable().values_list("pk", "published_id", "priority"))
    versions = {version_id for _pk, version_id, _priority in flows if version_id}
    try:
        graphs = graphs_of(salon_id, versions)
    except GraphError:
        graphs = readable_graphs_of(salon_id, versions)
    ordered = sorted((flow for flow in flows if flow[1] in graphs), key=lambda flow: (-flow[2], flow[0]))
    said = rows.said_lately([one.contact_id for one in batch if not one.is_new_contact])
    chosen = {one.conversation_id: _wanted(one, ordered, graphs) for one in batch}
    unwanted = {one.number_id for one in batch if chosen[one.conversation_id] is None}
    instead = rows.default_flows(unwanted, [pk for pk, _version_id, _priority in ordered]) if unwanted else {}
    found: dict[int, Execution] = {}
    for one in batch:
        flow_id = chosen[one.conversation_id] or instead.get(one.number_id)
        version_id = next((version_id for pk, version_id, _priority in ordered if pk == flow_id), None)
        if flow_id is not None:
            found[one.conversation_id] = Execution(
                flow_id=flow_id,
                version_id=version_id or 0,
                contact_id=one.contact_id,
                conversation_id=one.conversation_id,
                conversation_public_id=one.conversation_public_id,
                number_id=one.number_id,
                state=State(sent=said.get(one.contact_id, [])),
                began_by=graphs[version_id or 0].trigger.trigger,
                started_at=clock.now(),
            )
    return found


def _wanted(one: Incoming, ordered: Sequence[tuple[int, int | None, int]], graphs: Mapping[int, Graph]) -> int | None:
    """The flow whose trigger the message pulls; among those of the highest priority the one that asks for most."""
    message = one.message
    text = message.text or message.reply_title or ""
    call = Call(text, one.is_new_contact, message.reply_id, message.reply_title, message.referral)
    best: tuple[int, int] | None = None
    found = None
    for flow_id, version_id, priority in ordered:
        pulled = graphs[version_id or 0].trigger.pulled_by(call)
        if pulled and (best is None or (priority, pulled.narrowness) > best):
            best, found = (priority, pulled.narrowness), flow_id
    return found
