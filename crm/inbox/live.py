"""News for open inboxes."""

from collections.abc import Iterable, Sequence

from ops.live import publish_on_commit
from ops.salon import current_salon_id

TOPIC = "inbox"


def tell_new(messages: Sequence[int], conversations: Iterable[int]) -> None:
    """Once the transaction has committed, open inboxes show these new messages (ids) of these conversations."""
    _tell("messages", messages, conversations)


def tell_changed(conversations: Iterable[int]) -> None:
    """The same for conversations that look otherwise from now on."""
    _tell("conversations", [], conversations)


def tell_rules() -> None:
    """Who sees what has changed: open inboxes ask again at once."""
    if (salon_id := current_salon_id()) is not None:
        publish_on_commit(salon_id, TOPIC, {"kind": "rules"})


def _tell(kind: str, messages: Sequence[int], conversations: Iterable[int]) -> None:
    salon_id, changed = current_salon_id(), sorted(set(conversations))
    if salon_id is not None and changed:
        publish_on_commit(salon_id, TOPIC, {"kind": kind, "messages": list(messages), "conversations": changed})
