"""A talk as the phone and the list of steps show it."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from flows.console.drawing import DrawnStep, described, kind_of
from flows.console.looks import EXITS
from flows.nodes.triggers import BY_MESSAGE
from flows.simulator.calendar import CALENDAR
from flows.simulator.driver import SUBFLOW
from flows.simulator.talks import Talk
from flows.simulator.words import ERRORS, value_words, why_words
from flows.simulator.world import JSON, TRIED, World, options_of
from portal.frame import moments

MOST_SHOWN = 200  # entries; what is older is not looked at any more
KINDS: dict[str, tuple[str, str | Promise]] = {
    "image": ("photo", gettext_lazy("Picture")),
    "video": ("video", gettext_lazy("Video")),
    "audio": ("microphone", gettext_lazy("Voice message")),
    "document": ("file-text", gettext_lazy("Document")),
    "sticker": ("mood-smile", gettext_lazy("Sticker")),
    "location": ("map-pin", gettext_lazy("Place")),
    "contact": ("address-book", gettext_lazy("Contact card")),
    "contacts": ("address-book", gettext_lazy("Contact card")),
    "template": ("file-text", gettext_lazy("Message template")),
    "reaction": ("mood-smile", gettext_lazy("Reaction")),
}
EFFECTS: dict[str, tuple[str, str | Promise]] = {
    "contact.tag": ("tag", gettext_lazy("Tags of the guest")),
    "contact.field": ("pencil", gettext_lazy("Field of the guest")),
    "contact.name": ("user", gettext_lazy("Name of the guest")),
    "contact.language": ("language", gettext_lazy("Language of the guest")),
    "consent": ("check", gettext_lazy("Consent")),
    "conversation.assign": ("user", gettext_lazy("Conversation given to somebody")),
    "conversation.hand_over": ("users", gettext_lazy("A person takes over")),
    "conversation.close": ("circle-check", gettext_lazy("Conversation closed")),
    "team.tell": ("bell", gettext_lazy("The team is told")),
    "deal.move": ("layout-kanban", gettext_lazy("Deal of the guest")),
    "task.add": ("checkbox", gettext_lazy("Task for the team")),
    "webhook": ("webhook", gettext_lazy("Another program is told")),
}
EVENTS: dict[str, str | Promise] = {
    "waiting": gettext_lazy("waits"),
    "requested": gettext_lazy("asks another server"),
    "heard": gettext_lazy("listens for more"),
    "answered": gettext_lazy("answered"),
    "happened": gettext_lazy("something happened"),
    "retried": gettext_lazy("asked again"),
    "timed_out": gettext_lazy("no answer in time"),
    "failed": gettext_lazy("stopped with an error"),
}


@dataclass
class Row:
    """One line of the talk: `side` is in (the guest), out (the flow) or note."""

    side: str
    text: str
    icon: str = ""
    kind_words: str = ""
    node: str = ""
    tone: str = ""
    detail: str = ""
    at: datetime | None = None
    body: JSON = field(default_factory=dict)
    options: list[JSON] = field(default_factory=list)
    can_tap: bool = False
    # What may be said once more, to start the flow whatever its trigger wants.
    again: str = ""


@dataclass
class StepLine:
    """One visit of one node, as the list of steps shows it."""

    number: int
    node: str
    title: str
    icon: str
    happened: str
    exit_label: str
    changes: list[tuple[str, str, str]]
    error: str
    is_tried: bool


@dataclass
class Asking:
    """A request that waits for the tester's answer."""

    node: str
    title: str
    method: str
    url: str
    payload: str
    known: JSON

    @property
    def known_body(self) -> str:
        """The body of the answer that is remembered, as it is typed."""
        answer = self.known.get("answer") or {}
        if answer.get("json") is not None:
            return json.dumps(answer["json"], ensure_ascii=False, indent=1)
        return str(answer.get("text", ""))


def rows_of(talk: Talk) -> list[Row]:
    """What was said and done, in order."""
    world = talk.world
    drawn = described(talk.graph) if talk.graph.get("nodes") else {}
    log = world.log[-MOST_SHOWN:]
    newest = next((entry["n"] for entry in reversed(log) if entry["kind"] == "message"), None)
    may_tap = world.listening() is not None and world.bot_on
    rows = [row for entry in log if (row := _row(entry, drawn, may_tap and entry["n"] == newest))]
    if len(log) > 1 and log[-1].get("why") == "not_wanted" and log[-2]["kind"] == "guest":
        rows[-1].again = log[-2]["text"]
    return rows


def steps_of(graph: JSON, log: list[JSON]) -> list[StepLine]:
    """The steps of a log, in order; those of subflows have the names of their kinds."""
    drawn = described(graph) if graph.get("nodes") else {}
    taken = [entry for entry in log if entry["kind"] == "step"]
    return [step_line(number, entry, drawn) for number, entry in enumerate(taken, 1)]


def step_line(number: int, entry: JSON, drawn: dict[str, DrawnStep]) -> StepLine:
    """One step in words."""
    is_tried = entry.get("flow", TRIED) == TRIED
    step = drawn.get(entry["node"]) if is_tried else None
    return StepLine(
        number=number,
        node=entry["node"],
        title=step.title if step else kind_of(entry["type"]),
        icon=step.icon if step else "circle-dot",
        happened=str(EVENTS.get(entry["event"], "")),
        exit_label=(step.exit_label(entry["exit"]) if step else entry["exit"]) if entry["exit"] else "",
        changes=[
            (name, value_words(change["before"]) if change["before"] is not None else "", value_words(change["after"]))
            for name, change in entry["changes"].items()
        ],
        error=entry["error"] or "",
        is_tried=is_tried,
    )


def path_of(log: list[JSON], *, is_over: bool) -> JSON:
    """Where the tried flow went, for the canvas."""
    steps = [entry for entry in log if entry["kind"] == "step" and entry.get("flow", TRIED) == TRIED]
    return {
        "nodes": sorted({entry["node"] for entry in steps}),
        "edges": sorted({entry["edge"] for entry in steps if entry["edge"]}),
        "current": steps[-1]["node"] if steps and not is_over else None,
    }


def talk_path(world: World) -> JSON:
    """The same for the newest run of a talk."""
    run = world.main
    if run is None:
        return {"nodes": [], "edges": [], "current": None}
    place = world.runs.index(run)
    log = [entry for entry in world.log if entry.get("run") == place]
    return path_of(log, is_over=not run.is_active)


def asking_of(talk: Talk) -> Asking | None:
    """What waits for an answer of the tester."""
    drawn = described(talk.graph) if talk.graph.get("nodes") else {}
    for run in talk.world.runs:
        if run.is_active and run.asked and run.asked["request"] != SUBFLOW:
            node, payload = run.asked["node"], run.asked["payload"]
            step = drawn.get(node) if run.flow == TRIED else None
            shown = {name: payload[name] for name in ("headers", "query", "body") if payload.get(name)}
            return Asking(
                node=node,
                title=step.title if step else node,
                method=str(payload.get("method", "")),
                url=str(payload.get("url", run.asked["request"])),
                payload=json.dumps(shown, ensure_ascii=False, indent=1) if shown else "",
                known=(talk.world.answers.get(node) or [{}])[-1],
            )
    return None


def _row(entry: JSON, drawn: dict[str, DrawnStep], can_tap: bool) -> Row | None:
    kind, at = entry["kind"], datetime.fromisoformat(entry["at"])
    if kind == "guest":
        icon, words = KINDS.get(entry["type"], ("", ""))
        return Row("in", entry["text"], icon, str(words), at=at)
    if kind == "message":
        body = entry["body"]
        icon, words = KINDS.get(body.get("media") or body["type"], ("", ""))
        return Row("out", body["text"], icon, str(words), entry["node"] if entry["flow"] == TRIED else "",
                   at=at, body=body, options=options_of(entry), can_tap=can_tap)  # fmt: skip
    note = _note(entry, drawn)
    if note is None:
        return None
    note.node = entry.get("node", "") if entry.get("flow", TRIED) == TRIED else ""
    return note


def _note(entry: JSON, drawn: dict[str, DrawnStep]) -> Row | None:
    kind = entry["kind"]
    if kind == "time":
        return Row("note", moments.full(datetime.fromisoformat(entry["to"])), "clock")
    if kind == "effect":
        icon, words = EFFECTS.get(entry["effect"], ("bolt", entry["effect"]))
        return Row("note", str(words), icon, detail=_payload(entry["payload"]))
    if kind in ("request", "answer") and entry["request"].startswith(CALENDAR):
        return Row("note", _calendar(entry), "calendar") if kind == "answer" else None
    if kind == "request" and entry["request"] != SUBFLOW:
        payload = entry["payload"]
        return Row("note", f"{payload.get('method', '')} {payload.get('url', '')}".strip(), "webhook")
    if kind == "answer" and entry["request"] != SUBFLOW:
        return Row("note", _answer(entry), "arrow-down", tone="danger" if entry["error"] else "")
    if kind == "began" and entry["flow"] == TRIED and entry["trigger"].get("on") not in (*BY_MESSAGE, "default", None):
        return Row("note", _("A flow begins"), "player-play", detail=_payload(entry["trigger"]))
    return _end(entry)


def _end(entry: JSON) -> Row | None:
    kind, is_tried = entry["kind"], entry.get("flow", TRIED) == TRIED
    if kind == "ended":
        return Row("note", _("The flow is over") if is_tried else _("The subflow is over"), "flag")
    if kind == "failed":
        words = f"{entry['reason']}: {entry['detail']}".rstrip(": ")
        return Row("note", _("Stopped with an error"), "alert-circle", tone="danger", detail=words)
    if kind == "refused":
        return Row("note", _("Not sent: the same text went out too often"), "ban", tone="danger")
    if kind == "ignored":
        return Row("note", why_words(entry["why"]), "info-circle", tone="why", detail="")
    if kind == "cancelled":
        return Row("note", _("The run was stopped"), "player-stop")
    if kind == "event":
        return Row("note", entry["event"], "bolt", detail=_payload(entry["payload"]))
    if kind == "set":
        return Row("note", f"{entry['name']} = {value_words(entry['value'])}", "variable")
    if kind == "person":
        return Row("note", _("A person answers now") if entry["on"] else _("The flow answers again"), "users")
    return None


def _answer(entry: JSON) -> str:
    if entry["error"]:
        return str(ERRORS.get(entry["error"], entry["error"]))
    answer = entry["answer"]
    shown = answer.get("json") if answer.get("json") is not None else answer.get("text", "")
    return f"{answer.get('status', '')} {value_words(shown)}".strip()


def _calendar(entry: JSON) -> str:
    """What the calendar said, in a few words."""
    found = entry["answer"].get("json") or {}
    if found.get("outcome"):
        return _("Calendar: %(what)s") % {"what": str(EXITS.get(found["outcome"], found["outcome"]))}
    if found.get("options"):
        count = len(found["options"])
        return ngettext("Calendar: %(n)s to choose from", "Calendar: %(n)s to choose from", count) % {"n": count}
    if found.get("picked"):
        return _("Calendar: clear at once")
    return _("Calendar: not understood") if found.get("unclear") else _("Calendar: nothing there")


def _payload(payload: Any) -> str:
    """A payload as one line: what is empty says nothing."""
    said = {name: value for name, value in payload.items() if value not in (None, "", [], {})}
    return " · ".join(f"{name}: {value_words(value)}" for name, value in said.items())
