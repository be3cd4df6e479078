"""A burst of short messages as one answer: "oi", "queria marcar", "amanhã" is one turn where the node says so."""

from typing import Any, Final

from flows.engine.inputs import Said, TimedOut, said_from_json

MAX_MESSAGES: Final = 10
MAX_CHARS: Final = 4_096

Heard = dict[str, Any]


def kept(said: Said) -> Heard:
    """A message as the state keeps it: without the facts, which come anew with the input that ends the turn."""
    return {**said.to_json(), "facts": {}}


def has_room(heard: list[Heard]) -> bool:
    """Whether still more may be waited for."""
    return len(heard) < MAX_MESSAGES and sum(len(one["text"]) for one in heard) < MAX_CHARS


def gathered(heard: list[Heard], said: Said | TimedOut) -> Said:
    """All that was heard as one message; a last one that ended the turn belongs to it, and its tap counts."""
    all_of_it = [said_from_json(one) for one in heard] + ([said] if isinstance(said, Said) else [])
    newest = all_of_it[-1]
    text = "\n".join(one.text for one in all_of_it if one.text)
    return Said(text, newest.reply_id, newest.kind, newest.wamid, said.facts)
