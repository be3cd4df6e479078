"""How a flow talks, as its first test plays it: shown before it is installed."""

from dataclasses import dataclass, field

from flows.gallery.exchange import FlowFile
from flows.graph import Graph, GraphError
from flows.simulator.playing import play
from flows.simulator.script import ScriptError, read
from flows.simulator.world import TRIED, options_of

MOST_LINES = 40


@dataclass(frozen=True)
class Line:
    """A bubble: `side` is guest or salon; `options` are what can be tapped."""

    side: str
    text: str
    options: list[str] = field(default_factory=list)


def talk_of(found: FlowFile) -> list[Line]:
    """The bubbles of the first test; none where there is no test, or the drawing is not finished."""
    if not found.tests:
        return []
    try:
        graph = Graph.parse(found.graph)
        played = play(read(found.tests[0]["script"]), {TRIED: graph}.get)
    except (GraphError, ScriptError):
        return []
    lines: list[Line] = []
    for entry in played.world.log:
        if entry["kind"] == "guest":
            lines.append(Line("guest", entry["text"]))
        elif entry["kind"] == "message":
            lines.append(Line("salon", entry["body"]["text"], [option["title"] for option in options_of(entry)]))
    return lines[:MOST_LINES]
