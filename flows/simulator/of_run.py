"""A real run as a flow's test: what the guest said without who they are, and what the flow answers to that."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from flows.engine.inputs import Answered, Happened, Input, Said, Started
from flows.graph import Graph, GraphError
from flows.models import FlowExecution, FlowStep
from flows.runtime.inputs import read
from flows.simulator.anonymising import Anonymiser
from flows.simulator.drawings import graphs_with
from flows.simulator.driver import SUBFLOW, TAPPED, Driver
from flows.simulator.recording import script_of_talk
from flows.simulator.replaying import Recorded, Side, replay
from flows.simulator.world import JSON, World, contact_facts

# Between two messages of a guest time is not told unless so much of it passes.
SHORT: Final = timedelta(minutes=1)
MOST_INPUTS: Final = 200
PERSONAL: Final = ("text", "email", "phone")


class NotRecorded(Exception):
    """What caused the steps is not kept any more, or this release cannot read the drawing."""


@dataclass(frozen=True)
class FromRun:
    """The script, and what was replaced by what."""

    script: JSON
    replaced: list[tuple[str, str]]


@dataclass(frozen=True)
class _Given:
    """An input of the run, or of a subflow it called."""

    said: Input
    at: datetime
    is_own: bool
    node: str
    type: str


def script_of_run(execution: FlowExecution) -> FromRun:
    """The script of a test that goes as this run went; raises NotRecorded.

    Select `flow` and `version` with the execution.
    """
    given = _given(execution)
    first = given[0] if given else None
    if first is None or not isinstance(first.said, Started) or not first.is_own:
        raise NotRecorded
    try:
        graph = Graph.parse(execution.version.graph)
    except GraphError as error:
        raise NotRecorded from error
    contact = first.said.facts.get("contact") or {}
    clean = Anonymiser(contact)
    own = replay(graph, _own_record(execution), execution.seed)
    world = _world(execution, first, clean, own)
    driver = Driver(world, graphs_with(execution.flow, graph))
    for one in given:  # first what tells of the guest: it may stand in other messages too
        if isinstance(one.said, Said) and one.is_own and _is_personal(one.node, execution.version.graph):
            clean.said(one.said.text, is_personal=True)
    for one in given:
        _play(driver, one, clean, execution.version.graph)
    guest = {**clean.contact(contact), "known": True}
    script = {**script_of_talk(world, guest), "known": not _is_first(execution)}
    return FromRun(script, sorted(clean.replaced.items()))


def _given(execution: FlowExecution) -> list[_Given]:
    """All inputs of a run and of its subflows, as they came."""
    family = [execution.pk]
    children = [execution.pk]
    while children and len(family) < 20:
        children = list(FlowExecution.objects.filter(parent_id__in=children).values_list("pk", flat=True))
        family += children
    steps = FlowStep.objects.filter(execution_id__in=family, input__isnull=False).order_by("pk")[:MOST_INPUTS]
    found = []
    for step in steps:
        said, _zone, _before = read(step.input or {})
        found.append(_Given(said, step.at, step.execution_id == execution.pk, step.node, step.type))
    return found


def _own_record(execution: FlowExecution) -> list[Recorded]:
    steps = FlowStep.objects.filter(execution=execution, input__isnull=False).order_by("seq")
    return [Recorded(step.input or {}, step.at) for step in steps[:MOST_INPUTS]]


def _world(execution: FlowExecution, first: _Given, clean: Anonymiser, own: Side) -> World:
    facts = first.said.facts
    step = FlowStep.objects.filter(execution=execution).order_by("seq").first()
    zone = str(((step.input if step else None) or {}).get("zone") or "UTC")
    return World(
        now=first.at.astimezone(UTC).replace(second=0, microsecond=0),
        zone=zone,
        seed=execution.seed,
        contact=contact_facts(**clean.contact(facts.get("contact") or {})),
        salon=facts.get("salon") or {"name": ""},
        is_new_contact=_is_first(execution),
        answers=_answers(execution, clean, own),
    )


def _answers(execution: FlowExecution, clean: Anonymiser, own: Side) -> dict[str, list[JSON]]:
    """What other servers said, by the step that asked them."""
    inputs = [read(one.data)[0] for one in _own_record(execution)]
    said = {one.token: one for one in inputs if isinstance(one, Answered)}
    found: dict[str, list[JSON]] = {}
    for shot in own.shots:
        if shot.asked and shot.asked["request"] != SUBFLOW and shot.token in said:
            answered = said[shot.token]
            found.setdefault(shot.node, []).append({"answer": clean.inside(answered.answer), "error": answered.error})
    return found


def _play(driver: Driver, one: _Given, clean: Anonymiser, graph: Any) -> None:
    """One input of the record, without what is the guest's own."""
    if one.at - driver.world.now >= SHORT:
        driver.until(one.at.astimezone(UTC).replace(microsecond=0))
    said = one.said
    if isinstance(said, Started) and one.is_own:
        if said.message is None:
            driver.start(clean.inside(said.trigger), clean.inside(said.variables))
        else:
            _say(driver, said.message, clean, is_personal=False, anyway=True)
    elif isinstance(said, Said):
        _say(driver, said, clean, is_personal=_is_personal(one.node, graph))
    elif isinstance(said, Happened):
        driver.happen(said.event, clean.inside(said.payload))


def _say(driver: Driver, said: Said, clean: Anonymiser, *, is_personal: bool, anyway: bool = False) -> None:
    if said.reply_id is not None:
        # The title of a button is the flow's own.
        driver.say(said.text, kind=TAPPED, reply_id=said.reply_id, anyway=anyway)
        return
    driver.say(clean.said(said.text, is_personal=is_personal), kind=said.kind, anyway=anyway)


def _is_personal(node: str, graph: Any) -> bool:
    """Whether a step asks for what tells who the guest is."""
    drawn: JSON = next((one for one in graph["nodes"] if one["id"] == node), {})
    return drawn.get("type") == "ask" and drawn.get("answer", "text") in PERSONAL


def _is_first(execution: FlowExecution) -> bool:
    return not FlowExecution.objects.filter(contact_id=execution.contact_id, pk__lt=execution.pk).exists()
