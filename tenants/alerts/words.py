"""Sentences kept in a row, to be said in the language of whoever reads them.

A message is kept as its English text with values: `Words("The number %(phone)s is paused", {"phone": "+55 …"})`. Mark
the text with `gettext_noop`, so that it gets into the catalogues. A value may be a sentence itself, or a moment.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Union

from django.utils import formats, timezone
from django.utils.translation import gettext

from ops import clock
from portal.frame.moments import clock_time

Value = Union[str, int, datetime, "Words"]


@dataclass(frozen=True, slots=True)
class Words:
    """A text and its values; `str` says it in the active language and time zone."""

    msgid: str
    values: Mapping[str, Value] = field(default_factory=dict)

    def __str__(self) -> str:
        if not self.msgid:
            return ""
        text = gettext(self.msgid)
        try:
            return text % {name: _said(value) for name, value in self.values.items()} if self.values else text
        except (KeyError, ValueError, TypeError):
            # A translation with a wrong placeholder must not take the alert away.
            return self.msgid

    def to_json(self) -> dict[str, Any]:
        """As it is kept."""
        return {"msgid": self.msgid, "values": {name: _kept(value) for name, value in self.values.items()}}

    @classmethod
    def from_json(cls, kept: Any) -> "Words":
        """What `to_json` gave; nothing at all for anything else."""
        if not isinstance(kept, dict) or not isinstance(kept.get("msgid"), str):
            return cls("")
        values = kept.get("values")
        return cls(kept["msgid"], {str(k): _read(v) for k, v in values.items()} if isinstance(values, dict) else {})


NOTHING = Words("")


def _said(value: Value) -> str | int:
    if isinstance(value, datetime):
        return _moment(value)
    return str(value) if isinstance(value, Words) else value


def _moment(at: datetime) -> str:
    """14:32, with the day where that is not today; unlike portal.frame.moments it may lie ahead."""
    day = timezone.localtime(at)
    if day.date() == timezone.localtime(clock.now()).date():
        return clock_time(at)
    return f"{formats.date_format(day, 'MONTH_DAY_FORMAT')}, {clock_time(at)}"


def _kept(value: Value) -> Any:
    if isinstance(value, datetime):
        return {"at": value.isoformat()}
    return value.to_json() if isinstance(value, Words) else value


def _read(kept: Any) -> Value:
    if isinstance(kept, dict) and isinstance(kept.get("at"), str):
        return datetime.fromisoformat(kept["at"])
    if isinstance(kept, dict):
        return Words.from_json(kept)
    return kept if isinstance(kept, str | int) else str(kept)
