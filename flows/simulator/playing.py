"""Plays a script over a drawing and says where it first went another way."""

from dataclasses import asdict, dataclass, field
from typing import Any

from flows.engine.state import Status
from flows.simulator.driver import SUBFLOW, Driver, Graphs
from flows.simulator.script import Script, kind_of, moment, span, world_answer
from flows.simulator.world import JSON, World, options_of


@dataclass(frozen=True)
class Failure:
    """The first difference: at which step of the script, what was expected and what came instead, and the node that
    the flow was at."""

    row: int
    kind: str
    expected: Any = None
    got: Any = None
    node: str = ""

    def to_json(self) -> JSON:
        """As a flow's test keeps it."""
        return asdict(self)


@dataclass
class Played:
    """What came of a script. `began` is the number of the first entry of each step that was played."""

    world: World
    failure: Failure | None = None
    began: list[int] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether all went as written."""
        return self.failure is None


class _Differs(Exception):
    def __init__(self, kind: str, expected: Any = None, got: Any = None) -> None:
        super().__init__(kind)
        self.kind, self.expected, self.got = kind, expected, got


def play(script: Script, graphs: Graphs, *, zone: str = "America/Sao_Paulo", salon: str = "Salão") -> Played:
    """Play all steps until one differs."""
    player = _Player(script, Driver(script.world(zone=zone, salon=salon), graphs))
    played = Played(player.world)
    for row, step in enumerate([*script.steps, {}]):
        played.began.append(len(player.world.log))
        try:
            player.take(step)
        except _Differs as differs:
            played.failure = Failure(row, differs.kind, differs.expected, differs.got, player.node())
            break
    return played


class _Player:
    """Walks through a script; `unread` are messages since the last act that nothing was expected of yet."""

    def __init__(self, script: Script, driver: Driver) -> None:
        self.script = script
        self.driver = driver
        self.world = driver.world
        self.unread: list[JSON] = []
        self.read: JSON | None = None
        self.since = 0

    def take(self, step: JSON) -> None:
        """One step; an empty one ends the script. Raises _Differs."""
        kind = kind_of(step)
        if kind not in ("say", "tap", "send") and self.driver.is_hearing():
            self.driver.hear_out()
        self.unread += self.messages_since()
        if kind.startswith("expect."):
            self.see_that_nobody_waits()
            self.expect(kind.removeprefix("expect."), step)
            return
        if self.read is not None and self.unread:
            raise _Differs("more", None, self.unread[0]["body"]["text"])
        if kind not in ("answer", "time"):
            self.see_that_nobody_waits()
        self.unread, self.read = [], None
        if kind:
            self.act(kind, step)

    def messages_since(self) -> list[JSON]:
        """What was said since this was asked last."""
        new = [entry for entry in self.world.log[self.since :] if entry["kind"] == "message"]
        self.since = len(self.world.log)
        return new

    def act(self, kind: str, step: JSON) -> None:
        """Do what the guest, the clock or the world does."""
        driver = self.driver
        if kind == "say":
            driver.say(step["say"], anyway=step.get("anyway") is True)
        elif kind == "tap":
            self.tap(step["tap"])
        elif kind == "send":
            driver.say(str(step.get("caption", "")), kind=step["send"])
        elif kind == "start":
            driver.start(step["start"], step.get("variables"))
        elif kind == "time":
            self.pass_time(step["time"])
        elif kind == "answer":
            driver.answer(step["answer"], **world_answer(step))
        elif kind == "event":
            driver.happen(step["event"], step.get("payload"))
        elif kind == "set":
            driver.set_variable(step["set"], step["value"])
        else:
            driver.be_a_person(step["person"])

    def tap(self, choice: str) -> None:
        entries = self.driver.tap(choice)
        if entries[0]["kind"] == "ignored" and entries[0]["why"] == "no_such_button":
            shown = [one["title"] for entry in self.world.log for one in options_of(entry)]
            raise _Differs("no_button", choice, shown[-13:])

    def pass_time(self, time: Any) -> None:
        if time == "next":
            if self.driver.next_moment() is None:
                raise _Differs("nothing_due")
            self.driver.skip()
        elif isinstance(time, dict):
            self.driver.later(span(time))
        else:
            self.driver.until(moment(time, self.world.zone))

    def see_that_nobody_waits(self) -> None:
        """A node that asks the world needs an answer of the script."""
        for run in self.world.runs:
            if run.is_active and run.asked and run.asked["request"] != SUBFLOW:
                raise _Differs("unanswered", run.asked["node"], run.asked["payload"].get("url"))

    def expect(self, what: str, step: JSON) -> None:
        """Compare; raises _Differs."""
        if what == "message":
            self.expect_message(step)
        elif what == "buttons":
            shown = [one["title"] for one in options_of(self.read)] if self.read else []
            self.same("buttons", step["titles"], shown)
        elif what == "nothing":
            if self.unread:
                raise _Differs("nothing", None, self.unread[0]["body"]["text"])
        elif what == "variable":
            self.expect_variable(step)
        elif what == "tag":
            has = step["tag"] in self.world.contact["tags"]
            self.same("tag", {"tag": step["tag"], "has": step.get("has", True)}, {"tag": step["tag"], "has": has})
        elif what == "field":
            self.same("field", step.get("value"), self.world.contact["fields"].get(step["name"]))
        elif what == "effect":
            self.expect_effect(step)
        elif what == "node":
            if not any(one["kind"] == "step" and one["node"] == step["node"] for one in self.world.log):
                raise _Differs("node", step["node"], self.node())
        else:
            self.expect_status(what, step)

    def expect_message(self, step: JSON) -> None:
        match, text = step.get("match", "exact"), step.get("text", "")
        if not self.unread:
            raise _Differs("message", text, self.why_silent())
        self.read = self.unread.pop(0)
        said = self.read["body"]["text"]
        holds = {"any": True, "contains": text in said, "exact": text.strip() == said.strip()}[match]
        if not holds:
            raise _Differs("message", text, said)

    def why_silent(self) -> str | None:
        """Why nothing came, if it is known."""
        whys = [entry["why"] for entry in self.world.log[-3:] if entry["kind"] == "ignored"]
        failed = [entry["reason"] for entry in self.world.log[-3:] if entry["kind"] == "failed"]
        return f"⟨{(whys + failed)[-1]}⟩" if whys or failed else None

    def expect_variable(self, step: JSON) -> None:
        run = self.world.main
        found = run.state.variables if run else {}
        there = step["name"] in found and found[step["name"]] is not None
        wanted = step.get("is", "equal")
        if wanted == "equal":
            self.same("variable", step.get("value"), found.get(step["name"]))
        elif (wanted == "set") != there:
            raise _Differs("variable_there", wanted, found.get(step["name"]))

    def expect_effect(self, step: JSON) -> None:
        made = [entry for entry in self.world.log if entry["kind"] == "effect"]
        payload = step.get("payload") or {}
        if not any(one["effect"] == step["effect"] and holds(payload, one["payload"]) for one in made):
            raise _Differs("effect", step["effect"], [one["effect"] for one in made])

    def expect_status(self, what: str, step: JSON) -> None:
        run = self.world.main
        status = run.state.status if run and not run.cancelled else None
        wanted = {"ended": Status.COMPLETED, "failed": Status.FAILED, "waiting": Status.WAITING}[what]
        if status is not wanted:
            raise _Differs("status", what, self.status_words())
        if what == "failed" and step.get("reason"):
            failed = [entry for entry in self.world.log if entry["kind"] == "failed"]
            self.same("reason", step["reason"], failed[-1]["reason"] if failed else None)

    def status_words(self) -> str:
        run = self.world.main
        if run is None:
            return "not_started"
        if run.cancelled:
            return "cancelled"
        return {Status.COMPLETED: "ended", Status.FAILED: "failed"}.get(run.state.status, "waiting")

    def same(self, kind: str, expected: Any, got: Any) -> None:
        """Raises _Differs unless both are the same; a number is the same as what it is written like."""
        if expected != got and (isinstance(expected, bool) or str(expected) != str(got)):
            raise _Differs(kind, expected, got)

    def node(self) -> str:
        """The node of the tried flow that was visited last."""
        steps = [one["node"] for one in self.world.log if one["kind"] == "step" and one["flow"] == ""]
        return steps[-1] if steps else ""


def holds(wanted: JSON, payload: JSON) -> bool:
    """Whether a payload has at least all that is wanted."""
    return all(payload.get(name) == value for name, value in wanted.items())
