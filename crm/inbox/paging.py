"""A conversation's messages page by page, the newest first: in the order of their ids, imported ones before by time."""

from channels_wa.messages.models import Message, Source
from portal.frame.keyset import Page, by_id, by_moment

# The key of the first page of imported messages: it names no moment yet.
_PAST = "past~"


def messages_page(conversation_id: int, *, before: str, size: int) -> Page:
    """One page. Imported messages were written before all others, whenever they came here."""
    rows = Message.objects.filter(conversation_id=conversation_id).defer("raw")
    past = rows.filter(source=Source.HISTORY)
    if "~" in before:
        return by_moment(past, "at", before=before, size=size)
    page = by_id(rows.exclude(source=Source.HISTORY), before=before, size=size)
    room = size - len(page.rows)
    if page.next_key:
        return page
    if not room:
        return Page(page.rows, _PAST if past.exists() else "")
    older = by_moment(past, "at", size=room)
    return Page(page.rows + older.rows, older.next_key)
