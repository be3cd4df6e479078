"""News for open inboxes."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from ops.live import publish_on_commit
from ops.salon import current_salon_id

TOPIC = "inbox"


def tell_new(messages: Sequence[int], conversations: Iterable[int]) -> None:
    """Once the transaction has committed, open inboxes show these new messages (ids) of these conversations."""
    _tell("messages", messages, conversations)


def tell_changed(conversations: Iterable[int], *, left: Mapping[int, Collection[int]] | None = None) -> None:
    """The same for conversations that look otherwise from now on.

    `left`: the members who had each before. Only they learn that one is out of their sight, should it be.
    """
    _tell("conversations", [], conversations, left or {})


def tell_noted(note: int, conversation: int) -> None:
    """The same for a note among the messages of a conversation."""
    if (salon_id := current_salon_id()) is not None:
        message = {"kind": "notes", "messages": [], "conversations": [conversation], "notes": [note]}
        publish_on_commit(salon_id, TOPIC, message)


def tell_rules() -> None:
    """Who sees what has changed: open inboxes ask again at once."""
    if (salon_id := current_salon_id()) is not None:
        publish_on_commit(salon_id, TOPIC, {"kind": "rules"})


def _tell(
    kind: str,
    messages: Sequence[int],
    conversations: Iterable[int],
    left: Mapping[int, Collection[int]] | None = None,
) -> None:
    salon_id, changed = current_salon_id(), sorted(set(conversations))
    if salon_id is not None and changed:
        message = {"kind": kind, "messages": list(messages), "conversations": changed}
        if left:
            message["left"] = [[pk, sorted(members)] for pk, members in left.items()]
        publish_on_commit(salon_id, TOPIC, message)
