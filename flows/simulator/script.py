"""A conversation that must go as written: what a flow's test says, as JSON.

{"version": 1,
 "contact": {"name": "Ana Souza", "language": "pt_BR", "tags": [], "fields": {}, "phone": "+5511990000000"},
 "known": false,                      # whether the guest has written before (the trigger "first_contact")
 "now": "2026-11-20T10:00",           # the clock on the salon's wall when it begins
 "zone": "America/Sao_Paulo",         # left out: the salon's
 "salon": "Salão Aurora",             # left out: the salon's name
 "seed": 1,                           # of pick() and of splits
 "answers": {"n5": {"status": 200, "json": {"total": 3}}},
                                      # what is answered at a node that asks the world: one, or a list in its order;
                                      # {"error": "timeout"} is none
 "steps": [
   {"say": "oi"},                                the guest writes; "anyway": true starts the flow whatever it wants
   {"tap": "Preços"},                            … taps a button or a row, by title or id
   {"send": "image", "caption": "assim"},        … sends a file or a place
   {"start": {"on": "tag_added", "tag": "vip"}, "variables": {}},    the flow begins by something else
   {"time": "next"}, {"time": {"days": 2}}, {"time": "2026-11-22T09:00"},
   {"answer": "n5", "status": 500, "json": {}},  a node that asks right now is answered
   {"event": "contact.changed", "payload": {}},
   {"set": "visits", "value": 3},                a variable of the run
   {"person": true},                             somebody takes over; false gives the talk back
   {"expect": "message", "text": "Oi, Ana!", "match": "exact"},      or contains, any
   {"expect": "buttons", "titles": ["Sim", "Não"]},                  of the message that was expected last
   {"expect": "nothing"},                        no message came
   {"expect": "variable", "name": "day", "value": "2026-11-21"},     or "is": "set", "is": "unset"
   {"expect": "tag", "tag": "vip", "has": true},
   {"expect": "field", "name": "city", "value": "Santos"},
   {"expect": "effect", "effect": "conversation.hand_over", "payload": {}},    holds at least this
   {"expect": "node", "node": "n7"},             it was reached
   {"expect": "ended"}, {"expect": "failed", "reason": "empty_text"}, {"expect": "waiting"}]}

Where messages are expected after an act, all of them are: one more, or another order, is a difference. Where none is
expected, what was said does not matter.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from flows.graph import weight
from flows.simulator.world import JSON, World, contact_facts

VERSION: Final = 1
MAX_STEPS: Final = 300
MAX_CHARS: Final = 200_000
MATCHES: Final = ("exact", "contains", "any")
SPANS: Final = ("seconds", "minutes", "hours", "days", "weeks")
ACTS: Final = ("say", "tap", "send", "start", "time", "answer", "event", "set", "person")
EXPECTED: Final = (
    "message",
    "buttons",
    "nothing",
    "variable",
    "tag",
    "field",
    "effect",
    "node",
    "ended",
    "failed",
    "waiting",
)
_KNOWN: Final = {"version", "contact", "known", "now", "zone", "salon", "seed", "answers", "steps"}
_NOW: Final = "2026-11-20T10:00"
LONGEST_SPAN: Final = timedelta(days=800)


class ScriptError(Exception):
    """A script that cannot be played; `row` is the step that is wrong, counted from 0, or None."""

    def __init__(self, message: str, row: int | None = None) -> None:
        super().__init__(message if row is None else f"step {row + 1}: {message}")
        self.message = message
        self.row = row


@dataclass(frozen=True)
class Script:
    """A script that was read."""

    steps: list[JSON]
    contact: JSON = field(default_factory=contact_facts)
    known: bool = False
    now: str = _NOW
    zone: str | None = None
    salon: str | None = None
    seed: int = 1
    answers: dict[str, list[JSON]] = field(default_factory=dict)

    def world(self, *, zone: str = "America/Sao_Paulo", salon: str = "Salão") -> World:
        """The world it begins in; `zone` and `salon` where it does not say its own."""
        zone = self.zone or zone
        return World(
            now=moment(self.now, zone),
            zone=zone,
            seed=self.seed,
            contact=contact_facts(**self.contact),
            salon={"name": self.salon or salon},
            is_new_contact=not self.known,
            answers={node: list(answers) for node, answers in self.answers.items()},
        )


def read(data: Any) -> Script:
    """Check a script as JSON gave it; raises ScriptError."""
    if not isinstance(data, dict):
        raise ScriptError("a script is a JSON object")
    if data.get("version", VERSION) != VERSION:
        raise ScriptError(f"version must be {VERSION}")
    if unknown := sorted(map(str, data.keys() - _KNOWN)):
        raise ScriptError(f"{unknown[0][:60]} is not known")
    try:
        if weight(data) > MAX_CHARS:
            raise ScriptError(f"a script has at most {MAX_CHARS} characters")
    except ValueError as error:
        raise ScriptError(str(error)) from error
    steps = data.get("steps")
    if not isinstance(steps, list) or len(steps) > MAX_STEPS:
        raise ScriptError(f"steps is a list of at most {MAX_STEPS}")
    for row, step in enumerate(steps):
        check_step(step, row)
    script = Script(
        steps=steps,
        contact=_contact(data.get("contact", {})),
        known=data.get("known") is True,
        now=_text(data, "now", _NOW),
        zone=_text(data, "zone", None),
        salon=_text(data, "salon", None),
        seed=data["seed"] if type(data.get("seed")) is int else 1,
        answers=_answers(data.get("answers", {})),
    )
    moment(script.now, script.zone or "UTC")
    return script


def kind_of(step: JSON) -> str:
    """Its word: an act, or `expect.<what>`."""
    if "expect" in step:
        return f"expect.{step['expect']}"
    return next((act for act in ACTS if act in step), "")


def check_step(step: Any, row: int) -> None:
    """Raises ScriptError for a step that cannot be played."""
    if not isinstance(step, dict):
        raise ScriptError("a step is a JSON object", row)
    kind = kind_of(step)
    if not kind or ("expect" in step and step["expect"] not in EXPECTED):
        raise ScriptError("this is neither an act nor something to expect", row)
    checks: dict[str, tuple[bool, str]] = {
        "say": (isinstance(step.get("say"), str), "say a text"),
        "tap": (isinstance(step.get("tap"), str) and step["tap"] != "", "tap the title of a button"),
        "send": (isinstance(step.get("send"), str), "send an image, a video, …"),
        "start": (isinstance(step.get("start"), dict), "start takes what began it, as a JSON object"),
        "answer": (isinstance(step.get("answer"), str), "answer the id of a node"),
        "event": (isinstance(step.get("event"), str), "event takes the kind of an event"),
        "set": (isinstance(step.get("set"), str) and "value" in step, "set a variable to a value"),
        "person": (isinstance(step.get("person"), bool), "person is true or false"),
        "expect.message": (_is_message(step), "expect a text, and match is exact, contains or any"),
        "expect.buttons": (isinstance(step.get("titles"), list), "expect titles, a list"),
        "expect.variable": (isinstance(step.get("name"), str), "expect a variable by its name"),
        "expect.tag": (isinstance(step.get("tag"), str), "expect a tag"),
        "expect.field": (isinstance(step.get("name"), str), "expect a field by its name"),
        "expect.effect": (isinstance(step.get("effect"), str), "expect an effect by its name"),
        "expect.node": (isinstance(step.get("node"), str), "expect a node by its id"),
    }
    holds, words = checks.get(kind, (True, ""))
    if not holds:
        raise ScriptError(words, row)
    if kind == "time":
        _check_time(step["time"], row)


def moment(text: str, zone: str) -> datetime:
    """A moment on the clock of the salon's wall, in UTC; raises ScriptError."""
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
    except (ValueError, OverflowError, KeyError) as error:
        raise ScriptError(f"{text[:40]} is no moment; write 2026-11-20T10:00") from error


def span(data: JSON) -> timedelta:
    """{"days": 2} as a span; raises ScriptError."""
    if not data or not all(name in SPANS and type(amount) in (int, float) for name, amount in data.items()):
        raise ScriptError(f"a span is made of {', '.join(SPANS)}")
    try:
        found = timedelta(**data)
    except OverflowError as error:
        raise ScriptError("this is too long") from error
    if not timedelta(0) <= found <= LONGEST_SPAN:
        raise ScriptError("this is too long, or goes back in time")
    return found


def world_answer(data: JSON) -> JSON:
    """An HTTP answer as a script has it, as the node gets it (flows.runtime.requests)."""
    if error := data.get("error"):
        return {"answer": {}, "error": str(error)}
    text = data.get("text")
    answer = {
        "status": data.get("status", 200),
        "headers": data.get("headers") or {},
        "json": data.get("json"),
        "text": text if isinstance(text, str) else "",
    }
    return {"answer": answer, "error": ""}


def _is_message(step: JSON) -> bool:
    match = step.get("match", "exact")
    return match in MATCHES and (match == "any" or isinstance(step.get("text"), str))


def _check_time(time: Any, row: int) -> None:
    try:
        if isinstance(time, dict):
            span(time)
        elif time != "next":
            moment(str(time), "UTC")
    except ScriptError as error:
        raise ScriptError(error.message, row) from error


def _contact(data: Any) -> JSON:
    kinds: dict[str, Callable[[Any], bool]] = {
        "name": lambda value: isinstance(value, str),
        "language": lambda value: isinstance(value, str),
        "phone": lambda value: isinstance(value, str),
        "tags": lambda value: isinstance(value, list) and all(isinstance(one, str) for one in value),
        "fields": lambda value: isinstance(value, dict),
    }
    if not isinstance(data, dict) or not all(name in kinds and kinds[name](value) for name, value in data.items()):
        raise ScriptError("a contact has name, language, tags, fields and phone")
    return data


def _text(data: JSON, name: str, default: Any) -> Any:
    value = data.get(name, default)
    if value is not None and not isinstance(value, str):
        raise ScriptError(f"{name} is a text")
    return value


def _answers(data: Any) -> dict[str, list[JSON]]:
    if not isinstance(data, dict):
        raise ScriptError("answers is a JSON object of nodes")
    found: dict[str, list[JSON]] = {}
    for node, given in data.items():
        answers = given if isinstance(given, list) else [given]
        if not answers or not all(isinstance(one, dict) for one in answers):
            raise ScriptError(f"the answer at {node[:60]} is a JSON object with status and json, or error")
        found[node] = [world_answer(one) for one in answers]
    return found
