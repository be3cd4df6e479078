"""Plays a talk with a flow: acts go in, entries come out, and nothing leaves.

It calls the engine as production does, so that phone, tests, command line and guest see the same. No Django here, no
clock, no network: the same acts in the same world give the same entries.

An entry is JSON: {"n", "kind", "at", "run", "flow", …}. Its kinds:

    guest    {"text", "type", "reply_id"}        what the guest did
    began    {"trigger", "variables"}             a run began (`flow` is empty for the one that is tried)
    step     {"seq", "node", "type", "event", "exit", "edge", "changes", "error"}
    message  {"node", "body"}                     what the guest sees
    refused  {"node", "reason"}                   a message that was not sent
    effect   {"node", "effect", "payload"}        what the salon's rows would see
    request  {"node", "request", "payload", "token"}    the world is asked
    answer   {"node", "request", "answer", "error"}     what it said
    wait     {"node", "until", "answers", "events"}
    time     {"to"}                               the clock was moved
    event    {"event", "payload"}                 something happened to the contact
    set      {"name", "value"}                    a variable was set by hand
    ended, failed {"node", "reason", "detail"}, cancelled
    ignored  {"why"}                              nothing came of an act
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from flows.engine.events import Effect, Ended, Event, Failed, MessageQueued, MessageRefused, Requested, WaitStarted
from flows.engine.inputs import Answered, Happened, Input, Said, Started, TimedOut
from flows.engine.state import State, Status
from flows.engine.step import step
from flows.graph import Graph
from flows.nodes.triggers import Call
from flows.simulator.world import JSON, TRIED, Run, World, options_of

Graphs = Callable[[str], Graph | None]

MAX_INPUTS: Final = 300  # that one act may cause: waits of a second over a year end here
MAX_DEPTH: Final = 5  # of subflows in subflows
HTTP: Final = "http"
SUBFLOW: Final = "subflow"
# What a tap arrives as (channels_wa.inbound.parse.kinds).
TAPPED: Final = "interactive"


class Driver:
    """Plays acts in a world. `graphs` gives the drawing by its name; the tried flow's name is empty."""

    def __init__(self, world: World, graphs: Graphs) -> None:
        self.world = world
        self.graphs = graphs
        self._inputs = 0

    # What a guest does

    def say(self, text: str, *, kind: str = "text", reply_id: str | None = None, anyway: bool = False) -> list[JSON]:
        """The guest writes, taps or sends something; `anyway` starts the flow whatever its trigger wants."""
        first = self._begin()
        self._note("guest", text=text, type=kind, reply_id=reply_id)
        self._hear({"text": text, "kind": kind, "reply_id": reply_id}, anyway=anyway)
        return self._settled(first)

    def tap(self, choice: str) -> list[JSON]:
        """Tap a button or row of the newest message that has one of this id or title."""
        for entry in reversed(self.world.log):
            for option in options_of(entry):
                if choice in (option["id"], option["title"], option["id"].partition(":")[2]):
                    return self.say(option["title"], kind=TAPPED, reply_id=option["id"])
        first = self._begin()
        self._note("ignored", why="no_such_button", choice=choice)
        return self._since(first)

    # What else begins or moves a run

    def start(self, trigger: JSON | None = None, variables: JSON | None = None) -> list[JSON]:
        """Begin the flow by something that is no message."""
        first = self._begin()
        self._start(TRIED, Started(None, self.world.facts, dict(trigger or {}), dict(variables or {})))
        return self._settled(first)

    def happen(self, event: str, payload: JSON | None = None) -> list[JSON]:
        """Something happens to the contact."""
        first = self._begin()
        self._note("event", event=event, payload=payload or {})
        waiting = [
            place
            for place, run in enumerate(self.world.runs)
            if run.is_active and run.state.wait and event in run.state.wait.events
        ]
        if not waiting:
            self._note("ignored", why="not_awaited")
        for place in waiting:
            self._give(place, Happened(event, dict(payload or {}), self.world.facts))
        return self._settled(first)

    def answer(self, node: str, answer: JSON | None = None, error: str = "", *, keep: bool = False) -> list[JSON]:
        """The world's answer to what `node` asks; with `keep` to all that it will ask."""
        first = self._begin()
        if keep:
            self.world.answers[node] = [{"answer": answer or {}, "error": error}]
        place = self._asking(node)
        if place is None:
            if not keep:
                self._note("ignored", why="not_asked")
        else:
            self._answer(place, answer or {}, error)
        return self._settled(first)

    def set_variable(self, name: str, value: Any) -> list[JSON]:
        """Set a variable of the run that the guest talks with."""
        first = self._begin()
        run = self._current()
        if run is None:
            self._note("ignored", why="no_run")
        else:
            run.state.variables = {**run.state.variables, name: value}
            self._note("set", name=name, value=value)
        return self._since(first)

    def be_a_person(self, on: bool) -> list[JSON]:
        """Somebody of the salon takes the talk over, or gives it back to the flows."""
        first = self._begin()
        self.world.bot_on = not on
        self._note("person", on=on)
        return self._since(first)

    def next_moment(self) -> datetime | None:
        """When something happens by itself."""
        moments = [due for place in range(len(self.world.runs)) if (due := self._due(place))]
        return min(moments, default=None)

    def skip(self) -> list[JSON]:
        """Let time pass until something happens by itself."""
        to = self.next_moment()
        if to is None:
            first = self._begin()
            self._note("ignored", why="nothing_due")
            return self._since(first)
        return self.until(to)

    def until(self, to: datetime) -> list[JSON]:
        """Let time pass until this moment; what is due on the way happens in its order."""
        first = self._begin()
        self._note("time", to=to.isoformat())
        self._pass(to)
        return self._settled(first)

    def _pass(self, to: datetime) -> None:
        while (due := self.next_moment()) is not None and due <= to and self._may_go_on():
            self.world.now = max(self.world.now, due)
            self._settle()
        if self._may_go_on():
            self.world.now = max(self.world.now, to)

    def later(self, span: timedelta) -> list[JSON]:
        """Let a span pass."""
        return self.until(self.world.now + span)

    def is_hearing(self) -> bool:
        """Whether a node still gathers what the guest says."""
        return any(run.is_active and run.state.heard for run in self.world.runs)

    def hear_out(self) -> list[JSON]:
        """The guest has said all: let the moment pass that a node listens for more."""
        first = self._begin()
        while self.is_hearing() and self._may_go_on():
            self._pass(min(run.due for run in self.world.runs if run.state.heard and run.due))
        return self._settled(first)

    # How it works

    def _begin(self) -> int:
        self._inputs = 0
        return len(self.world.log)

    def _may_go_on(self) -> bool:
        return self._inputs < MAX_INPUTS and not self.world.is_full

    def _settled(self, first: int) -> list[JSON]:
        self._settle()
        if not self._may_go_on():
            self._note("ignored", why="too_much")
        return self._since(first)

    def _since(self, first: int) -> list[JSON]:
        return self.world.log[first:]

    def _note(self, kind: str, place: int | None = None, **words: Any) -> None:
        world = self.world
        if world.is_full and kind != "ignored":
            return
        entry: JSON = {"n": len(world.log), "kind": kind, "at": world.now.isoformat(), "run": place, **words}
        if place is not None:
            entry["flow"] = world.runs[place].flow
        world.log.append(entry)

    def _current(self) -> Run | None:
        """The run the guest talks with; else the newest that is not over; else the newest."""
        place = self.world.listening()
        if place is not None:
            return self.world.runs[place]
        active = [run for run in self.world.runs if run.is_active] or self.world.runs
        return active[-1] if active else None

    def _start_by(self, said: Said, anyway: bool) -> None:
        graph = self.graphs(TRIED)
        call = Call(said.text, self.world.is_new_contact, said.reply_id, said.text if said.reply_id else None)
        pulled = graph.trigger.pulled_by(call) if graph else None
        if pulled is not None or anyway:
            trigger = {"on": pulled.trigger} if pulled else {"on": "default"}
            if pulled and pulled.trigger == "button":
                trigger |= {"reply_id": said.reply_id or "", "title": said.text}
            self._start(TRIED, Started(said, self.world.facts, trigger))
        else:
            self._note("ignored", why="not_wanted")

    def _start(self, flow: str, said: Started, parent: int | None = None, token: int = 0) -> None:
        place = len(self.world.runs)
        state = State(sent=self.world.sent_lately())
        self.world.runs.append(Run(flow, state, self.world.seed + place, parent, token))
        self._note("began", place, trigger=said.trigger, variables=said.variables)
        self._give(place, said)

    def _give(self, place: int, said: Input) -> None:
        """One input for one run, by the engine."""
        run = self.world.runs[place]
        graph = self.graphs(run.flow)
        self._inputs += 1
        if graph is None:
            run.cancelled = True
            self._note("ignored", place, why="no_drawing")
            return
        outcome = step(graph, run.state, said, now=self.world.local_now, seed=run.seed)
        if outcome.ignored:
            self._note("ignored", place, why=outcome.ignored)
            return
        run.state, run.asked = outcome.state, None
        events = list(outcome.events)
        for taken in outcome.steps:
            self._note("step", place, **taken.to_json())
            while events and events[0].seq == taken.seq:
                self._carry_out(place, events.pop(0))
        for event in events:
            self._carry_out(place, event)
        if any(isinstance(event, Effect) and event.effect == "conversation.close" for event in outcome.events):
            self._close()

    def _carry_out(self, place: int, event: Event) -> None:
        """What the engine decided, in this world."""
        if isinstance(event, MessageQueued):
            self._note("message", place, node=event.node, body=event.body)
        elif isinstance(event, MessageRefused):
            self._note("refused", place, node=event.node, reason=event.reason)
        elif isinstance(event, Effect):
            self._affect(place, event)
        elif isinstance(event, Requested):
            asked = event.to_json()
            self.world.runs[place].asked = asked
            self._note(
                "request", place, node=event.node, request=event.request, payload=event.payload, token=event.token
            )
        elif isinstance(event, WaitStarted):
            wait = self.world.runs[place].state.wait
            events = wait.events if wait else []
            self._note("wait", place, node=event.node, until=event.until, answers=event.answers, events=events)
        elif isinstance(event, Ended):
            self._note("ended", place, node=event.node)
        elif isinstance(event, Failed):
            self._note("failed", place, node=event.node, reason=event.reason, detail=event.detail)

    def _affect(self, place: int, event: Effect) -> None:
        world = self.world
        self._note("effect", place, node=event.node, effect=event.effect, payload=event.payload)
        if event.contact:
            world.contact = {**world.contact, **event.contact}
        if event.effect == "consent":
            world.consents = {**world.consents, str(event.payload.get("purpose")): event.payload.get("state")}
        elif event.effect == "conversation.hand_over":
            world.bot_on = False

    def _close(self) -> None:
        """A run that listens in a closed conversation ends (flows.runtime.closing)."""
        for place, run in enumerate(self.world.runs):
            if run.listens:
                run.cancelled = True
                self._note("cancelled", place)

    def _hear(self, message: JSON, *, anyway: bool = False) -> None:
        """What the guest said, for the run they talk with; one that asks a program takes it afterwards."""
        world = self.world
        place = world.listening()
        said = Said(**message, facts=world.facts)
        if not world.bot_on:
            self._note("ignored", why="bot_off")
        elif place is None:
            self._start_by(said, anyway)
        elif world.runs[place].holds:
            world.later = [*world.later, message]
            self._note("ignored", why="later")
        else:
            self._give(place, said)
        world.is_new_contact = False

    def _settle(self) -> None:
        """Do all that needs no act: subflows, known answers, what is due by now, and what was said meanwhile."""
        while self._may_go_on():
            if any(self._go_on(place) for place in range(len(self.world.runs))):
                continue
            place = self.world.listening()
            if not self.world.later or (place is not None and self.world.runs[place].holds):
                return
            message, self.world.later = self.world.later[0], self.world.later[1:]
            self._hear(message)

    def _go_on(self, place: int) -> bool:
        run = self.world.runs[place]
        if run.parent is not None and self._give_back(run, run.parent):
            return True
        if run.is_active and run.asked and self._respond(place, run.asked):
            return True
        due = self._due(place)
        if due is None or due > self.world.now or run.state.wait is None:
            return False
        self._give(place, TimedOut(run.state.wait.token, self.world.facts))
        self._drop_children_of(place)
        return True

    def _give_back(self, run: Run, parent: int) -> bool:
        """A subflow that is over answers the run that waits for it."""
        above = self.world.runs[parent]
        waits = above.is_active and above.asked is not None and above.asked["token"] == run.parent_token
        if run.is_active or not waits:
            return False
        failed = run.cancelled or run.state.status is Status.FAILED
        answer = {} if failed else {"variables": run.state.variables}
        self._answer(parent, answer, "failed" if failed else "", run.state.asked)
        return True

    def _respond(self, place: int, asked: JSON) -> bool:
        """Answer a request that needs nobody: a subflow begins, or the answer is known."""
        if asked["request"] == SUBFLOW:
            return self._call(place, asked)
        known = self.world.answers.get(asked["node"], [])
        if not known:
            return False
        said = known.pop(0) if len(known) > 1 else known[0]
        self._answer(place, said.get("answer") or {}, said.get("error") or "")
        return True

    def _call(self, place: int, asked: JSON) -> bool:
        if any(run.parent == place and run.parent_token == asked["token"] for run in self.world.runs):
            return False  # it runs
        flow = str(asked["payload"].get("flow", ""))
        if self.world.depth(place) + 1 >= MAX_DEPTH:
            self._answer(place, {}, "too_deep")
        elif self.graphs(flow) is None:
            self._answer(place, {}, "missing")
        else:
            variables, counted = dict(asked["payload"].get("variables") or {}), self.world.runs[place].state.asked
            said = Started(None, self.world.facts, {"on": "flow"}, variables, counted)
            self._start(flow, said, parent=place, token=asked["token"])
        return True

    def _answer(self, place: int, answer: JSON, error: str, counted: list[int] | None = None) -> None:
        asked = self.world.runs[place].asked
        if asked:
            self._note("answer", place, node=asked["node"], request=asked["request"], answer=answer, error=error)
            self._give(place, Answered(asked["token"], answer, error, self.world.facts, counted or []))

    def _asking(self, node: str) -> int | None:
        """The run that asks the world at this node; any that does if no node is named."""
        return next(
            (
                place
                for place, run in enumerate(self.world.runs)
                if run.is_active and run.asked and run.asked["request"] != SUBFLOW and node in ("", run.asked["node"])
            ),
            None,
        )

    def _due(self, place: int) -> datetime | None:
        """When a run goes on by itself; one stands back while another talks with the guest."""
        listening = self.world.listening()
        if listening is not None and self.world.root(listening) != self.world.root(place):
            return None
        return self.world.runs[place].due

    def _drop_children_of(self, place: int) -> None:
        """What ran for a run that waits no longer."""
        run = self.world.runs[place]
        for other, child in enumerate(self.world.runs):
            if (
                child.parent == place
                and child.is_active
                and not (run.asked and run.asked["token"] == child.parent_token)
            ):
                child.cancelled = True
                self._note("cancelled", other)
                self._drop_children_of(other)
