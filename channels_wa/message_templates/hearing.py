"""Meta's word about one template, whenever it comes: the newest of each kind counts, twice is harmless.

Call these with the row locked, and save it afterwards.
"""

from datetime import datetime, timedelta

from channels_wa.message_templates.models import MessageTemplate, Status
from channels_wa.message_templates.telling import tell_change


def is_news(row: MessageTemplate, kind: str, at: datetime, *, asked: bool = False) -> bool:
    """Whether this moment is not before the newest word of that kind; notes it, if so.

    Of what we asked for (`asked`) it must be later: Meta may have written the webhook while it answered.
    """
    heard = heard_at(row, kind)
    if heard is not None and (whole(at) <= heard if asked else whole(at) < heard):
        return False
    note(row, kind, at)
    return True


def note(row: MessageTemplate, kind: str, at: datetime) -> None:
    """Keep the moment of a word."""
    row.heard_at = {**row.heard_at, kind: whole(at).isoformat()}


def heard_at(row: MessageTemplate, kind: str) -> datetime | None:
    """The moment of the newest word of that kind."""
    heard = row.heard_at.get(kind)
    return datetime.fromisoformat(heard) if heard else None


def whole(at: datetime) -> datetime:
    """To the second, as Meta writes its moments: ours must not look later than one of Meta's in the same second."""
    return at.replace(microsecond=0)


def set_status(
    row: MessageTemplate, status: Status, at: datetime, *, reason: str = "", recommendation: str = "",
    pause: timedelta | None = None, asked: bool = False,
) -> None:  # fmt: skip
    """A status as of that moment, told to those who listen when it is another one."""
    if row.status == Status.DELETED or not is_news(row, "status", at, asked=asked):
        return
    # Meta goes on calling it approved for a moment after it was asked to delete it.
    if row.status == Status.PENDING_DELETION and status != Status.DELETED:
        return
    old, row.status = row.status, status
    row.reason, row.recommendation = reason, recommendation
    if status == Status.PAUSED:
        row.paused_until = at + pause if pause else row.paused_until if old == status else None
    else:
        row.paused_until = None
    if status == Status.DELETED:
        row.deleted_at = at
    if old != status:
        tell_change(row, "status", old, status, recommendation=recommendation)


def set_quality(row: MessageTemplate, quality: str, at: datetime, *, asked: bool = False) -> None:
    """A quality as of that moment."""
    if is_news(row, "quality", at, asked=asked) and row.quality != quality:
        old, row.quality = row.quality, quality
        tell_change(row, "quality", old, quality)


def set_category(row: MessageTemplate, category: str, at: datetime) -> None:
    """The category Meta has put it in."""
    if is_news(row, "category", at) and row.category != category:
        old, row.category, row.correct_category = row.category, category, ""
        tell_change(row, "category", old, category)


def announce_category(row: MessageTemplate, category: str, at: datetime) -> None:
    """The category that Meta says it will put it in."""
    if is_news(row, "correct_category", at) and row.correct_category != category != row.category:
        row.correct_category = category
        tell_change(row, "category_announced", row.category, category)
