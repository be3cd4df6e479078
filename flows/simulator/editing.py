"""A test's script as rows that people read and change, and back.

Each row has a kind and three fields, a, b and c; which of them mean something, and how they are asked for, FORMS says.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from flows.console.drawing import described
from flows.simulator.acts import ERRORS, SENT, ActRefused, object_of, value_of
from flows.simulator.script import SPANS, kind_of
from flows.simulator.shown import EFFECTS, KINDS
from flows.simulator.words import ERRORS as ERROR_WORDS
from ops import untrusted

JSON = dict[str, Any]
Words = str | Promise
ANSWERS: Final = "answers"


@dataclass(frozen=True)
class Form:
    """How a kind is asked for: its words, and of each field the label and how it is typed (empty: not at all)."""

    label: Words
    group: str
    icon: str
    a: tuple[Words, str] = ("", "")
    b: tuple[Words, str] = ("", "")
    c: tuple[Words, str] = ("", "")


FORMS: Final[dict[str, Form]] = {
    "say": Form(gettext_lazy("The guest says"), "act", "message-circle", a=(gettext_lazy("Text"), "long"),
                c=(gettext_lazy("What it starts"), "anyway")),
    "tap": Form(gettext_lazy("The guest taps"), "act", "circle-dot", a=(gettext_lazy("Title of the button"), "text")),
    "send": Form(gettext_lazy("The guest sends"), "act", "paperclip",
                 a=(gettext_lazy("What"), "sent"), b=(gettext_lazy("Words below it"), "text")),
    "time": Form(gettext_lazy("Time passes"), "act", "clock",
                 a=(gettext_lazy("How much, or 2026-11-20T10:00"), "text"), c=(gettext_lazy("Unit"), "unit")),
    ANSWERS: Form(gettext_lazy("Another server will answer"), "act", "webhook",
                  a=(gettext_lazy("Step that asks"), "node"), b=(gettext_lazy("Answer, as JSON or text"), "json"),
                  c=(gettext_lazy("Status"), "status")),
    "answer": Form(gettext_lazy("Another server answers now"), "act", "webhook",
                   a=(gettext_lazy("Step that asks"), "node"), b=(gettext_lazy("Answer, as JSON or text"), "json"),
                   c=(gettext_lazy("Status"), "status")),
    "start": Form(gettext_lazy("The flow begins by"), "act", "player-play",
                  a=(gettext_lazy("What began it, as JSON"), "json"), b=(gettext_lazy("Variables, as JSON"), "json")),
    "event": Form(gettext_lazy("It happens"), "act", "bolt",
                  a=(gettext_lazy("Kind, like contact.changed"), "text"), b=(gettext_lazy("Payload, as JSON"), "json")),
    "set": Form(gettext_lazy("A variable is set"), "act", "variable",
                a=(gettext_lazy("Variable"), "text"), b=(gettext_lazy("Value"), "text")),
    "person": Form(gettext_lazy("A person"), "act", "users", c=("", "person")),
    "expect.message": Form(gettext_lazy("Expect the message"), "expect", "message-circle",
                           a=(gettext_lazy("Text"), "long"), c=(gettext_lazy("How exactly"), "match")),
    "expect.buttons": Form(gettext_lazy("Expect the buttons"), "expect", "list",
                           a=(gettext_lazy("Titles, with | between"), "text")),
    "expect.nothing": Form(gettext_lazy("Expect no message"), "expect", "ban"),
    "expect.variable": Form(gettext_lazy("Expect the variable"), "expect", "variable",
                            a=(gettext_lazy("Variable"), "text"), b=(gettext_lazy("Value"), "text"), c=("", "is")),
    "expect.tag": Form(gettext_lazy("Expect the tag"), "expect", "tag", a=(gettext_lazy("Tag"), "text"), c=("", "has")),
    "expect.field": Form(gettext_lazy("Expect the field"), "expect", "pencil",
                         a=(gettext_lazy("Field"), "text"), b=(gettext_lazy("Value"), "text")),
    "expect.effect": Form(gettext_lazy("Expect that"), "expect", "bolt",
                          a=("", "effect"), b=(gettext_lazy("With at least, as JSON"), "json")),
    "expect.node": Form(gettext_lazy("Expect the step"), "expect", "circle-dot", a=("", "node")),
    "expect.waiting": Form(gettext_lazy("Expect that the flow waits"), "expect", "hourglass"),
    "expect.ended": Form(gettext_lazy("Expect the end"), "expect", "flag"),
    "expect.failed": Form(gettext_lazy("Expect an error"), "expect", "alert-circle",
                          a=(gettext_lazy("Reason, if it matters"), "text")),
}  # fmt: skip
UNITS: Final[dict[str, Words]] = {
    "next": gettext_lazy("until the next moment"),
    "minutes": gettext_lazy("minutes"),
    "hours": gettext_lazy("hours"),
    "days": gettext_lazy("days"),
    "weeks": gettext_lazy("weeks"),
    "seconds": gettext_lazy("seconds"),
    "to": gettext_lazy("until this date"),
}


@dataclass(frozen=True)
class Blank:
    """One field of a row as it is asked for."""

    name: str
    label: Words
    kind: str
    value: str
    choices: Sequence[tuple[str, Words]] = ()

    @property
    def words(self) -> Words:
        """The value as it is read."""
        return dict(self.choices).get(self.value, self.value)


@dataclass(frozen=True)
class EditRow:
    """One row of the editor; `step` is its place in the script, or None for what stands apart."""

    kind: str
    form: Form
    blanks: list[Blank]
    step: int | None = None


def rows_of(script: JSON, graph: JSON) -> list[EditRow]:
    """The rows of a script, what other servers answer first."""
    choices = Choices(graph)
    rows: list[EditRow] = []
    for node, given in (script.get("answers") or {}).items():
        for one in given if isinstance(given, list) else [given]:
            rows.append(choices.row(ANSWERS, node, _body_text(one), _status_text(one)))
    for place, step in enumerate(script.get("steps") or []):
        kind = kind_of(step)
        if kind in FORMS:
            rows.append(choices.row(kind, *fields_of(kind, step), place))
    return rows


class Choices:
    """What can be chosen in rows over one drawing."""

    def __init__(self, graph: JSON) -> None:
        drawn = described(graph) if graph.get("nodes") else {}
        nodes = [(step.id, f"{step.title} · {step.summary[:40]}".rstrip(" ·")) for step in drawn.values()]
        statuses = [(code, code) for code in ("200", "201", "204", "400", "404", "500")]
        self.of: dict[str, Sequence[tuple[str, Words]]] = {
            "node": nodes,
            "sent": [(kind, KINDS[kind][1]) for kind in SENT],
            "unit": list(UNITS.items()),
            "anyway": [("", gettext_lazy("as the flow's trigger wants")),
                       ("1", gettext_lazy("starts the flow in any case"))],
            "status": [*statuses, *((code, ERROR_WORDS[code]) for code in ERRORS)],
            "person": [("1", gettext_lazy("takes over")), ("", gettext_lazy("gives it back to the flow"))],
            "match": [("exact", gettext_lazy("exactly")), ("contains", gettext_lazy("with these words in it")),
                      ("any", gettext_lazy("whatever it says"))],
            "is": [("equal", gettext_lazy("is")), ("set", gettext_lazy("has a value")),
                   ("unset", gettext_lazy("has no value"))],
            "has": [("1", gettext_lazy("is there")), ("", gettext_lazy("is not there"))],
            "effect": [(name, words) for name, (_icon, words) in EFFECTS.items()],
        }  # fmt: skip

    def row(self, kind: str, a: str = "", b: str = "", c: str = "", place: int | None = None) -> EditRow:
        """A row with its fields filled in; a value that cannot be chosen any more stays."""
        form = FORMS[kind]
        blanks = []
        for name, (label, how), value in (("a", form.a, a), ("b", form.b, b), ("c", form.c, c)):
            choices = self.of.get(how, ())
            if choices and value and value not in dict(choices):
                choices = [*choices, (value, value)]
            blanks.append(Blank(name, label, "choice" if how in self.of else how, value, choices))
        return EditRow(kind, form, blanks, place)


def fields_of(kind: str, step: JSON) -> tuple[str, str, str]:
    """A step as the three fields."""
    if kind in ("say", "tap"):
        return str(step[kind]), "", "1" if step.get("anyway") else ""
    if kind == "send":
        return str(step["send"]), str(step.get("caption", "")), ""
    if kind == "time":
        return _time_fields(step["time"])
    if kind == "answer":
        return str(step["answer"]), _body_text(step), _status_text(step)
    if kind == "start":
        return _json(step["start"]), _json(step.get("variables") or {}), ""
    if kind == "event":
        return str(step["event"]), _json(step.get("payload") or {}), ""
    if kind == "set":
        return str(step["set"]), _value_text(step["value"]), ""
    if kind == "person":
        return "", "", "1" if step["person"] else ""
    return _expected(kind.removeprefix("expect."), step)


def step_from(kind: str, a: str, b: str, c: str) -> JSON:
    """The three fields as a step; raises ActRefused for what is no JSON."""
    if kind in ("say", "tap"):
        return {kind: a, "anyway": True} if kind == "say" and c else {kind: a}
    if kind == "send":
        return {"send": a, "caption": b} if b else {"send": a}
    if kind == "time":
        return {"time": _time(a, c)}
    if kind == "answer":
        return {"answer": a, **answer_from(b, c)}
    if kind == "start":
        return {"start": object_of(a), "variables": object_of(b)}
    if kind == "event":
        return {"event": a.strip(), "payload": object_of(b)}
    if kind == "set":
        return {"set": a.strip(), "value": value_of(b)}
    if kind == "person":
        return {"person": c == "1"}
    return _expectation(kind.removeprefix("expect."), a, b, c)


def script_from(posted: Mapping[str, Sequence[str]], kept: JSON) -> JSON:
    """The script as its rows are typed now; what has no row stays as it was. Raises ActRefused, with the row."""
    steps: list[JSON] = []
    answers: dict[str, list[JSON]] = {}
    rows = zip(*(posted.get(name, []) for name in ("kind", "a", "b", "c")), strict=False)
    for number, (kind, a, b, c) in enumerate(rows, 1):
        try:
            if kind == ANSWERS:
                answers.setdefault(a, []).append(answer_from(b, c))
            elif kind in FORMS:
                steps.append(step_from(kind, a.replace("\r\n", "\n"), b.replace("\r\n", "\n"), c))
        except ActRefused as refused:
            raise ActRefused(_("Row %(number)s: %(why)s") % {"number": number, "why": refused}) from refused
    said = {node: found[0] if len(found) == 1 else found for node, found in answers.items()}
    return {**kept, "version": 1, "answers": said, "steps": steps}


def answer_from(body: str, status: str) -> JSON:
    """An answer of another server as it was typed."""
    if status and not (status.isascii() and status.isdigit() and len(status) < 4):
        return {"error": status}
    said: JSON = {"status": int(status or 200)}
    if not body.strip():
        return said
    try:
        return {**said, "json": untrusted.loads(body)}
    except ValueError:
        return {**said, "text": body}


def _expected(what: str, step: JSON) -> tuple[str, str, str]:
    if what == "message":
        return str(step.get("text", "")), "", str(step.get("match", "exact"))
    if what == "buttons":
        return " | ".join(map(str, step["titles"])), "", ""
    if what == "variable":
        return step["name"], _value_text(step.get("value")) if "value" in step else "", step.get("is", "equal")
    if what == "tag":
        return step["tag"], "", "1" if step.get("has", True) else ""
    if what == "field":
        return step["name"], _value_text(step.get("value")), ""
    if what == "effect":
        return step["effect"], _json(step.get("payload") or {}), ""
    if what == "node":
        return step["node"], "", ""
    return str(step.get("reason", "")), "", ""


def _expectation(what: str, a: str, b: str, c: str) -> JSON:
    found: JSON = {"expect": what}
    if what == "message":
        return {**found, "text": a, "match": c or "exact"}
    if what == "buttons":
        return {**found, "titles": [title.strip() for title in a.split("|") if title.strip()]}
    if what == "variable":
        equal = c in ("", "equal")
        return {**found, "name": a.strip(), **({"value": value_of(b)} if equal else {"is": c})}
    if what == "tag":
        return {**found, "tag": a.strip(), "has": c == "1"}
    if what == "field":
        return {**found, "name": a.strip(), "value": value_of(b)}
    if what == "effect":
        return {**found, "effect": a, "payload": object_of(b)}
    if what == "node":
        return {**found, "node": a}
    return {**found, "reason": a.strip()} if what == "failed" and a.strip() else found


def _time(amount: str, unit: str) -> Any:
    if unit == "next":
        return "next"
    if unit == "to":
        return amount.strip()
    try:
        number = float(amount.replace(",", "."))
    except ValueError as error:
        raise ActRefused(_("Say how much time passes.")) from error
    return {unit if unit in SPANS else "hours": int(number) if number.is_integer() else number}


def _time_fields(time: Any) -> tuple[str, str, str]:
    if time == "next":
        return "", "", "next"
    if isinstance(time, dict) and len(time) == 1:
        ((unit, amount),) = time.items()
        return str(amount), "", unit
    if isinstance(time, dict):
        hours = sum(amount * {"weeks": 168, "days": 24, "minutes": 1 / 60, "seconds": 1 / 3600}.get(unit, 1)
                    for unit, amount in time.items())  # fmt: skip
        return str(hours), "", "hours"
    return str(time), "", "to"


def _body_text(answer: JSON) -> str:
    if answer.get("json") is not None:
        return json.dumps(answer["json"], ensure_ascii=False)
    return str(answer.get("text") or "")


def _status_text(answer: JSON) -> str:
    return str(answer.get("error") or answer.get("status", 200))


def _json(value: JSON) -> str:
    return json.dumps(value, ensure_ascii=False) if value else ""


def _value_text(value: Any) -> str:
    """As it is typed so that `value_of` gives the same again."""
    if isinstance(value, str) and value_of(value) == value:
        return value
    return json.dumps(value, ensure_ascii=False)
