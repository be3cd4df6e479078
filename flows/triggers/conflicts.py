"""Which flows want the same message, and which of them begins: "these two both want “oi”" (FL-003)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _
from pydantic import ValidationError

from flows.engine.normalise import normalise
from flows.models import Flow
from flows.nodes.start import Start
from flows.nodes.triggers import Trigger
from flows.triggers.startable import startable

ANY, FIRST, KEYWORD, BUTTON, AD, ALL = "any", "first_contact", "keyword", "button", "ad", "all"
MOST: Final = 200


@dataclass(frozen=True, slots=True)
class Wanting:
    """A flow and what it wants to begin by."""

    flow_id: int
    public_id: UUID
    name: str
    priority: int
    triggers: tuple[Trigger, ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two flows that one message would begin; `winner` does. `thing` is the word, button or ad, if it is one."""

    kind: str
    thing: str
    winner: Wanting
    loser: Wanting

    @property
    def words(self) -> str:
        """For a person."""
        values = {"winner": self.winner.name, "loser": self.loser.name, "thing": self.thing}
        match self.kind:
            case "any":
                words = _("“%(winner)s” and “%(loser)s” both take any message. “%(winner)s” begins.")
            case "first_contact":
                words = _("“%(winner)s” and “%(loser)s” both greet who is new. “%(winner)s” begins.")
            case "button":
                words = _("“%(winner)s” and “%(loser)s” both want the button “%(thing)s”. “%(winner)s” begins.")
            case "ad" if self.thing:
                words = _("“%(winner)s” and “%(loser)s” both want who comes by the ad %(thing)s. “%(winner)s” begins.")
            case "ad":
                words = _("“%(winner)s” and “%(loser)s” both want who comes by an ad. “%(winner)s” begins.")
            case "all":
                words = _("“%(winner)s” takes any message and has the higher priority, so “%(loser)s” never begins.")
            case _other:
                words = _("“%(winner)s” and “%(loser)s” both want “%(thing)s”. “%(winner)s” begins.")
        return words % values


def wanting(flow: Flow, graph: dict[str, Any] | None = None) -> Wanting | None:
    """What a flow wants by its published drawing, or by `graph`; None if it has no start that can be read."""
    drawn = graph or (flow.published.graph if flow.published else {})
    for node in drawn.get("nodes", []):
        if isinstance(node, dict) and node.get("type") == "start":
            settings = {name: value for name, value in node.items() if name not in ("id", "type", "position")}
            try:
                return Wanting(
                    flow.pk, flow.public_id, flow.name, flow.priority, Start.model_validate(settings).triggers()
                )
            except ValidationError:
                return None
    return None


def conflicts_now() -> list[Conflict]:
    """Those of the flows that may begin in the salon we are in."""
    return conflicts([found for flow in startable().select_related("published") if (found := wanting(flow))])


def conflicts_of(flow: Flow, graph: dict[str, Any]) -> list[Conflict]:
    """Those that a flow would have with the others if it were published as drawn."""
    mine = wanting(flow, graph)
    if mine is None:
        return []
    rest = startable().exclude(pk=flow.pk).select_related("published")
    others = [found for other in rest if (found := wanting(other))]
    return [one for one in conflicts([mine, *others]) if mine in (one.winner, one.loser)]


def conflicts(flows: Sequence[Wanting]) -> list[Conflict]:
    """Every pair that wants the same, each thing once; the first to begin first. At most MOST."""
    ordered = sorted(flows, key=lambda one: (-one.priority, one.flow_id))
    found = [*_all_taken(ordered), *_same(ordered), *_ads(ordered), *_keywords(ordered)]
    never = {(one.winner.flow_id, one.loser.flow_id) for one in found if one.kind == ALL}
    return [one for one in found if one.kind == ALL or (one.winner.flow_id, one.loser.flow_id) not in never][:MOST]


def _of_kind(flow: Wanting, kind: str) -> list[Trigger]:
    return [one for one in flow.triggers if one.trigger == kind]


def _all_taken(ordered: Sequence[Wanting]) -> Iterator[Conflict]:
    """Who takes any message leaves nothing to flows of lower priority that only messages begin."""
    taking = next((flow for flow in ordered if _of_kind(flow, "any_message")), None)
    if taking is None:
        return
    for flow in ordered:
        if flow.priority < taking.priority and all(
            one.narrowness or one.trigger == "any_message" for one in flow.triggers
        ):
            yield Conflict(ALL, "", taking, flow)


def _same(ordered: Sequence[Wanting]) -> Iterator[Conflict]:
    """Any message, first contact, and buttons: the same or not."""
    for kind, trigger in ((ANY, "any_message"), (FIRST, "first_contact")):
        yield from _against_first(kind, [("", flow) for flow in ordered if _of_kind(flow, trigger)])
    replies = [
        (reply, flow)
        for flow in ordered
        for reply in dict.fromkeys(reply for one in _of_kind(flow, "button") for reply in one.plain_replies)
    ]
    yield from _against_first(BUTTON, replies)


def _against_first(kind: str, wants: Iterable[tuple[str, Wanting]]) -> Iterator[Conflict]:
    """Of those who want one thing the first begins; the others are told so."""
    first: dict[str, Wanting] = {}
    for thing, flow in wants:
        winner = first.setdefault(thing, flow)
        if winner is not flow:
            yield Conflict(kind, thing, winner, flow)


def _ads(ordered: Sequence[Wanting]) -> Iterator[Conflict]:
    earlier: list[tuple[Wanting, set[str]]] = []
    for flow in ordered:
        triggers = _of_kind(flow, "referral")
        if not triggers:
            continue
        # No ads named: all of them.
        mine = set() if any(not one.sources for one in triggers) else {ad for one in triggers for ad in one.sources}
        for winner, theirs in earlier:
            if not mine or not theirs or mine & theirs:
                shared = sorted(mine & theirs or mine or theirs)
                yield Conflict(AD, shared[0] if shared else "", winner, flow)
                break
        earlier.append((flow, mine))


def _keywords(ordered: Sequence[Wanting]) -> Iterator[Conflict]:
    """The same keyword, or one that stands as a word in another's."""
    # A keyword that may stand among other words, by its first word.
    inside: dict[str, list[tuple[str, Wanting]]] = defaultdict(list)
    phrases: list[tuple[str, Wanting]] = []
    for flow in ordered:
        for trigger in _of_kind(flow, "keywords"):
            for keyword in dict.fromkeys(trigger.plain_keywords):
                phrases.append((keyword, flow))
                if trigger.match == "word":
                    inside[keyword.split(" ", 1)[0]].append((keyword, flow))
    rank = {flow.flow_id: place for place, flow in enumerate(ordered)}
    told: set[tuple[int, int, str]] = set()
    whole: dict[str, list[Wanting]] = defaultdict(list)
    for phrase, flow in phrases:
        rivals = [*whole[phrase], *(other for other in _within(phrase, inside))]
        whole[phrase].append(flow)
        for other in rivals:
            if other.flow_id == flow.flow_id:
                continue
            winner, loser = sorted((flow, other), key=lambda one: rank[one.flow_id])
            if (winner.flow_id, loser.flow_id, phrase) not in told:
                told.add((winner.flow_id, loser.flow_id, phrase))
                if len(told) > MOST:
                    return
                yield Conflict(KEYWORD, phrase, winner, loser)


def _within(phrase: str, inside: dict[str, list[tuple[str, Wanting]]]) -> Iterator[Wanting]:
    words = normalise(phrase).split(" ")
    for place, word in enumerate(words):
        rest = f"{' '.join(words[place:])} "
        for keyword, flow in inside.get(word, []):
            if rest.startswith(f"{keyword} "):
                yield flow
