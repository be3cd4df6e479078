"""A run played again beside what it was: both paths, and where they part."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from flows.console.drawing import DrawnStep, canvas_words, described, for_canvas
from flows.console.runs import runs_of
from flows.models import FlowExecution
from flows.sharing import check_runs
from flows.simulator import replays
from flows.simulator.replaying import Difference, Shot
from flows.simulator.shown import EFFECTS, StepLine, step_line
from flows.simulator.words import title_of, value_words
from flows.simulator.world import TRIED
from portal.frame import moments
from tenants.access.guard import SalonRequest, allowed
from tenants.access.roles import Permission

JSON = dict[str, Any]
STEPS_SHOWN = 500


@dataclass(frozen=True)
class Pair:
    """One line of the list: what was, and what would be."""

    number: int
    at: Any
    recorded: StepLine | None
    played: StepLine | None
    recorded_texts: list[str]
    played_texts: list[str]
    is_first_difference: bool
    is_after: bool


@require_GET
@allowed(Permission.EXECUTIONS_SEE, shared="flow")
def replay(request: SalonRequest, public_id: UUID, execution_id: UUID) -> HttpResponse:
    """A run over `version` (a number, or draft; its own if none is given)."""
    check_runs(request.member)
    run = get_object_or_404(
        FlowExecution.objects.select_related("flow", "flow__published", "version"),
        public_id=execution_id,
        flow__public_id=public_id,
    )
    wanted = request.GET.get("version", "")
    try:
        found = replays.replay_of(run, wanted)
    except replays.NoSuchVersion as error:
        raise Http404 from error
    own, other = described(found.own_graph), described(found.graph)
    context: JSON = {
        "flow": run.flow,
        "run": runs_of([run])[0],
        "wanted": wanted,
        "own_number": run.version.number,
        "numbers": replays.numbers_of(run.flow),
        "has_draft": run.flow.draft is not None,
        "found": found,
        "pairs": pairs_of(found, own, other),
        "difference": words_of(found.first, found) if found.first else "",
        "stopped": stopped_words(found),
        "steps": steps_for_canvas(found),
        "graph": found.graph,
        "described": for_canvas(other),
        "own_drawing": {"graph": found.own_graph, "described": for_canvas(own)},
        "words": canvas_words(),
    }
    return render(request, "flows/simulator/replay.html", context)


def pairs_of(found: replays.Replay, own: dict[str, DrawnStep], other: dict[str, DrawnStep]) -> list[Pair]:
    """Both lists beside each other."""
    recorded, played = found.recorded, found.played.shots
    parts = found.first.place if found.first else None
    return [
        Pair(
            number=place + 1,
            at=(recorded[place] if place < len(recorded) else played[place]).at,
            recorded=line_of(recorded[place], own) if place < len(recorded) else None,
            played=line_of(played[place], other) if place < len(played) else None,
            recorded_texts=texts_of(recorded[place]) if place < len(recorded) else [],
            played_texts=texts_of(played[place]) if place < len(played) else [],
            is_first_difference=place == parts,
            is_after=parts is not None and place > parts,
        )
        for place in range(min(max(len(recorded), len(played)), STEPS_SHOWN))
    ]


def line_of(shot: Shot, drawn: dict[str, DrawnStep]) -> StepLine:
    """One step in words."""
    entry = {
        "node": shot.node, "type": shot.type, "event": shot.event, "exit": shot.exit, "changes": shot.changes,
        "error": shot.error, "flow": TRIED,
    }  # fmt: skip
    return step_line(shot.number + 1, entry, drawn)


def texts_of(shot: Shot) -> list[str]:
    """What the guest saw, and what happened beside."""
    return [*shot.messages, *(f"⚡ {EFFECTS.get(one['effect'], ('', one['effect']))[1]}" for one in shot.effects)]


def words_of(first: Difference, found: replays.Replay) -> str:
    """The first difference as a sentence."""
    words: JSON = {
        "number": first.place + 1,
        "was": _side(first.what, first.recorded, found.own_graph),
        "now": _side(first.what, first.played, found.graph),
    }
    if first.what == "end":
        if first.played is None:
            return _("At step %(number)s the run went on with “%(was)s”; here nothing more happens.") % words
        return _("At step %(number)s the run was over; here it goes on with “%(now)s”.") % words
    forms = {
        "node": _("Step %(number)s was “%(was)s”; here it is “%(now)s”."),
        "event": _("At step %(number)s “%(was)s” happened; here it is “%(now)s”."),
        "exit": _("Step %(number)s was left by “%(was)s”; here it is left by “%(now)s”."),
        "messages": _("At step %(number)s the guest got “%(was)s”; here it is “%(now)s”."),
        "changes": _("At step %(number)s variables became %(was)s; here they become %(now)s."),
        "error": _("At step %(number)s the error was “%(was)s”; here it is “%(now)s”."),
        "effects": _("At step %(number)s this happened: %(was)s; here it is: %(now)s."),
        "asked": _("At step %(number)s another server was asked %(was)s; here it is asked %(now)s."),
        "until": _("At step %(number)s the run waited until %(was)s; here it waits until %(now)s."),
    }
    return forms[first.what] % words


def _side(what: str, value: Any, graph: JSON) -> str:
    if value in (None, "", [], {}):
        return "-"
    if what in ("node", "end"):
        return title_of(value, graph)
    if what == "messages":
        return value_words(" / ".join(value))
    if what == "changes":
        return ", ".join(f"{name} = {value_words(change['after'])}" for name, change in value.items())
    if what == "effects":
        return ", ".join(str(EFFECTS.get(one["effect"], ("", one["effect"]))[1]) for one in value)
    if what == "asked":
        return value_words(value["payload"].get("url") or value["request"])
    if what == "until":
        return moments.full(datetime.fromisoformat(value))
    return value_words(value)


def stopped_words(found: replays.Replay) -> str:
    """Why the other side could not be played to its end."""
    if found.played.stopped != "no_answer":
        return ""
    title = title_of(found.played.at_node, found.graph)
    return _("“%(step)s” asks something that the record has no answer to. The replay stops there.") % {"step": title}


def steps_for_canvas(found: replays.Replay) -> JSON:
    """Both paths, step by step."""
    parts = found.first.place if found.first else None
    return {
        "recorded": [{"node": one.node, "edge": one.edge} for one in found.recorded[:STEPS_SHOWN]],
        "played": [{"node": one.node, "edge": one.edge} for one in found.played.shots[:STEPS_SHOWN]],
        "difference": parts,
    }
