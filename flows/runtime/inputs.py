"""What caused a run's steps, kept with the first of them: enough to let the engine do the same again."""

import json
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from flows.engine.inputs import Input, Started, input_from_json
from flows.engine.state import State

if TYPE_CHECKING:
    from flows.runtime.running import Turn

# Beside the engine's own words.
ZONE, SENT = "zone", "sent"


def kept(turn: "Turn", zone: str) -> str:
    """The input as JSON. The first one also says what the guest was told lately by others, which limits repeats."""
    said = {**turn.said.to_json(), ZONE: zone}
    if isinstance(turn.said, Started) and turn.before.sent:
        said[SENT] = turn.before.sent
    return json.dumps(said)


def read(data: dict[str, Any]) -> tuple[Input, ZoneInfo, State]:
    """The input, the salon's zone then, and for the first one the state it met."""
    return input_from_json(data), ZoneInfo(data.get(ZONE) or "UTC"), State(sent=data.get(SENT) or [])
