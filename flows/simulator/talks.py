"""One person's talk with a drawing: put away between two acts, locked while one is played. Nothing of it leaves."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from django.db import transaction

from flows.console.drawing import DrawnStep, described
from flows.graph import Graph, GraphError, Problem
from flows.models import Flow, FlowSimulation
from flows.problem_words import in_words
from flows.simulator.calendar import DriverWithCalendar
from flows.simulator.drawings import drawing_now, graphs_with
from flows.simulator.driver import Driver
from flows.simulator.world import JSON, World, contact_facts
from ops import clock
from tenants.members.models import Member
from tenants.salons.models import Salon

# Who writes where nobody was chosen.
GUEST: JSON = {"name": "Ana Souza", "language": "pt_BR", "tags": [], "fields": {}, "known": False}


@dataclass
class Talk:
    """A talk as it stands. `graph` is the drawing it began with; `problems` are why that cannot be run."""

    flow: Flow
    graph: JSON
    world: World
    guest: JSON
    revision: int
    problems: list[Any]
    compiled: Graph | None

    @property
    def is_outdated(self) -> bool:
        """Whether the drawing has changed since: in what runs, not in where it is drawn."""
        if self.flow.draft_revision == self.revision:
            return False
        return without_places(drawing_now(self.flow) or {}) != without_places(self.graph)

    @property
    def driver(self) -> Driver:
        """What plays its acts."""
        if self.compiled is None:
            return Driver(self.world, lambda _name: None)
        return DriverWithCalendar(self.world, graphs_with(self.flow, self.compiled))


def look(flow: Flow, member: Member, salon: Salon) -> Talk:
    """The talk as it stands, a new one if there is none."""
    kept = FlowSimulation.objects.filter(flow=flow, member=member).first()
    return _read(flow, kept) if kept and kept.state else begin(flow, salon, GUEST)


@contextmanager
def acting(flow: Flow, member: Member, salon: Salon) -> Iterator[Talk]:
    """The talk, locked until the act is kept."""
    with transaction.atomic():
        kept, _is_new = FlowSimulation.objects.select_for_update().get_or_create(
            flow=flow, member=member, defaults={"graph": {}, "state": {}}
        )
        talk = _read(flow, kept) if kept.state else begin(flow, salon, GUEST)
        yield talk
        _keep(kept, talk)


def restart(flow: Flow, member: Member, salon: Salon, guest: JSON | None = None) -> Talk:
    """A new talk with the drawing as it is now, by this guest; the answers of the world outside are remembered."""
    with acting(flow, member, salon) as talk:
        new = begin(flow, salon, guest or talk.guest)
        new.world.answers = talk.world.answers
        talk.graph, talk.world, talk.guest = new.graph, new.world, new.guest
        talk.revision, talk.problems, talk.compiled = new.revision, new.problems, new.compiled
    return talk


def begin(flow: Flow, salon: Salon, guest: JSON) -> Talk:
    """A talk in which nothing was said."""
    graph = drawing_now(flow) or {}
    now = clock.now().astimezone(UTC).replace(second=0, microsecond=0)
    contact = contact_facts(
        guest.get("name", ""),
        language=guest.get("language", ""),
        tags=guest.get("tags", []),
        fields=guest.get("fields", {}),
    )
    world = World(
        now=now,
        zone=salon.time_zone,
        seed=int(now.timestamp()),
        contact=contact,
        salon={"name": salon.name},
        is_new_contact=not guest.get("known"),
    )
    return _talk(flow, graph, world, guest, flow.draft_revision)


def without_places(graph: JSON) -> JSON:
    """A drawing without what makes no difference to a run."""
    nodes = [{key: value for key, value in node.items() if key != "position"} for node in graph.get("nodes", [])]
    return {"nodes": nodes, "edges": graph.get("edges", [])}


def _talk(flow: Flow, graph: JSON, world: World, guest: JSON, revision: int) -> Talk:
    problems: list[Any] = []
    compiled = None
    try:
        compiled = Graph.parse(graph)
    except GraphError as error:
        steps = described(graph)
        problems = [_told(problem, steps.get(problem.node)) for problem in error.problems]
    return Talk(flow, graph, world, guest, revision, problems, compiled)


def _told(problem: Problem, step: DrawnStep | None) -> JSON:
    """As the builder's list says it."""
    words = in_words(problem)
    return {"node": problem.node if step else "", "title": step.title if step else "", "message": words.message}


def _read(flow: Flow, kept: FlowSimulation) -> Talk:
    state = kept.state
    return _talk(flow, kept.graph, World.from_json(state["world"]), state["guest"], state["revision"])


def _keep(kept: FlowSimulation, talk: Talk) -> None:
    kept.graph = talk.graph
    kept.state = {"world": talk.world.to_json(), "guest": talk.guest, "revision": talk.revision}
    kept.updated_at = clock.now()
    kept.save(update_fields=["graph", "state", "updated_at"])
