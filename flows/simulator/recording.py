"""A talk as the script of a test: what was done, and what came of it as what is to be expected."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flows.engine.state import Status
from flows.simulator.driver import SUBFLOW, TAPPED
from flows.simulator.world import JSON, TRIED, World, options_of

# What a test is not made of: reasons, not acts.
_SILENT = {"not_wanted", "bot_off", "not_waiting", "waiting_for_time"}


def script_of_talk(world: World, guest: JSON) -> JSON:
    """The script of a test that goes as this talk went."""
    steps = [step for part in parts_of(world.log) for step in part]
    if world.main is not None:
        steps += end_of(world)
    contact = {name: guest[name] for name in ("name", "language", "tags", "fields") if name in guest}
    return {
        "version": 1,
        "contact": contact,
        "known": bool(guest.get("known")),
        "now": began_at(world).strftime("%Y-%m-%dT%H:%M"),
        "zone": world.zone,
        "salon": world.salon.get("name", ""),
        "seed": world.seed,
        "answers": answers_of(world.log),
        "steps": steps,
    }


def began_at(world: World) -> datetime:
    """When the talk began, on the salon's wall."""
    first = world.log[0]["at"] if world.log else world.now.isoformat()
    return datetime.fromisoformat(first).astimezone(ZoneInfo(world.zone))


def parts_of(log: list[JSON]) -> Iterable[list[JSON]]:
    """For each entry the steps it makes."""
    for place, entry in enumerate(log):
        yield list(steps_of(entry, log, place))


def steps_of(entry: JSON, log: list[JSON], place: int) -> Iterable[JSON]:
    """An act, or what is to be expected."""
    kind = entry["kind"]
    if kind == "guest":
        step = guest_step(entry)
        if "say" in step and starts_anyway(log, place):
            step["anyway"] = True
        yield step
        if silent_after(log, place):
            yield {"expect": "nothing"}
    elif kind == "began" and entry["flow"] == TRIED and entry["trigger"] and not by_message(log, place):
        yield {"start": entry["trigger"], "variables": variables_at(log, place)}
    elif kind == "time":
        yield {"time": span_to(entry)}
    elif kind == "event":
        yield {"event": entry["event"], "payload": entry["payload"]}
    elif kind == "set":
        yield {"set": entry["name"], "value": entry["value"]}
    elif kind == "person":
        yield {"person": entry["on"]}
    elif kind == "message":
        yield {"expect": "message", "text": entry["body"]["text"], "match": "exact"}
        if options := options_of(entry):
            yield {"expect": "buttons", "titles": [one["title"] for one in options]}
    elif kind == "effect":
        yield {"expect": "effect", "effect": entry["effect"], "payload": entry["payload"]}


def guest_step(entry: JSON) -> JSON:
    """What the guest did."""
    if entry["type"] == "text":
        return {"say": entry["text"]}
    if entry["type"] == TAPPED:
        return {"tap": entry["text"]}
    step = {"send": entry["type"]}
    return {**step, "caption": entry["text"]} if entry["text"] else step


def starts_anyway(log: list[JSON], place: int) -> bool:
    """Whether the message began the run though the flow's own trigger does not want it."""
    following = log[place + 1] if place + 1 < len(log) else {}
    return following.get("kind") == "began" and following["trigger"].get("on") == "default"


def silent_after(log: list[JSON], place: int) -> bool:
    """Whether nothing came of what the guest did, and that on purpose."""
    following = log[place + 1] if place + 1 < len(log) else {}
    return following.get("kind") == "ignored" and following.get("why") in _SILENT


def by_message(log: list[JSON], place: int) -> bool:
    """Whether the guest's message began the run."""
    return place > 0 and log[place - 1]["kind"] == "guest"


def variables_at(log: list[JSON], place: int) -> JSON:
    """The variables a run began with."""
    return dict(log[place].get("variables") or {})


def span_to(entry: JSON) -> Any:
    """How far the clock was moved, in words that read well."""
    span = datetime.fromisoformat(entry["to"]) - datetime.fromisoformat(entry["at"])
    for unit, length in (("days", timedelta(days=1)), ("hours", timedelta(hours=1)), ("minutes", timedelta(minutes=1))):
        if span and not span % length:
            return {unit: span // length}
    return {"seconds": round(span.total_seconds(), 3)}


def answers_of(log: list[JSON]) -> JSON:
    """What the world outside answered, by node and in order."""
    found: dict[str, list[JSON]] = {}
    for entry in log:
        if entry["kind"] == "answer" and entry["request"] != SUBFLOW:
            said = {"error": entry["error"]} if entry["error"] else answer_of(entry["answer"])
            found.setdefault(entry["node"], []).append(said)
    return {node: answers[0] if len(answers) == 1 else answers for node, answers in found.items()}


def answer_of(answer: JSON) -> JSON:
    """An answer as scripts have it."""
    said: JSON = {"status": answer.get("status", 200)}
    if answer.get("json") is not None:
        return {**said, "json": answer["json"]}
    return {**said, "text": answer["text"]} if answer.get("text") else said


def end_of(world: World) -> list[JSON]:
    """Where the talk stands at its end: its variables, and whether it is over."""
    run = world.main
    if run is None:
        return []
    steps: list[JSON] = [
        {"expect": "variable", "name": name, "value": value} for name, value in sorted(run.state.variables.items())
    ]
    if run.cancelled:
        return steps
    what = {Status.COMPLETED: "ended", Status.FAILED: "failed"}.get(run.state.status, "waiting")
    return [*steps, {"expect": what}]
