"""iCalendar (RFC 5545), as much of it as visits need: events at instants, in UTC, so that no zone has to be described.

Lines end in CR LF and are folded at 75 octets (§3.1), never within a letter; texts are escaped (§3.3.11).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

FOLD_AT: Final = 75
CONFIRMED, CANCELLED = "CONFIRMED", "CANCELLED"
_ESCAPED: Final = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})


@dataclass(frozen=True, slots=True)
class Event:
    """One event. `changed_at` is when it became as it is, and dates it for those who have an older one."""

    uid: str
    starts_at: datetime
    ends_at: datetime
    summary: str
    changed_at: datetime
    # Grows with each change (§3.8.7.4).
    sequence: int = 0
    status: str = CONFIRMED
    description: str = ""
    location: str = ""
    url: str = ""


def calendar(events: Iterable[Event], *, name: str) -> bytes:
    """The whole file."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Cadeira//Bookings//EN",
        "CALSCALE:GREGORIAN",
        # For information: nobody is invited, and no answer is awaited (RFC 5546 §3.2.1).
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{escaped(name)}",
    ]
    for event in events:
        lines += _lines(event)
    return "".join(f"{folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"]).encode()


def escaped(text: str) -> str:
    """A TEXT value; signs that no line may have are left out."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(sign for sign in lines if sign == "\n" or (sign >= " " and sign != "\x7f")).translate(_ESCAPED)


def folded(line: str) -> str:
    """In parts of at most 75 octets; each but the first begins with a blank that counts."""
    parts, part, size = list[str](), "", 0
    for letter in line:
        octets = len(letter.encode())
        if size + octets > FOLD_AT:
            parts.append(part)
            part, size = " ", 1
        part += letter
        size += octets
    return "\r\n".join([*parts, part])


def stamp(moment: datetime) -> str:
    """20261120T130000Z."""
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _lines(event: Event) -> list[str]:
    named = (
        ("SUMMARY", escaped(event.summary)),
        ("DESCRIPTION", escaped(event.description)),
        ("LOCATION", escaped(event.location)),
        # A URI is no TEXT: it has nothing to escape, and no line end may get in.
        ("URL", "".join(event.url.split())),
    )
    return [
        "BEGIN:VEVENT",
        f"UID:{event.uid}",
        f"DTSTAMP:{stamp(event.changed_at)}",
        f"LAST-MODIFIED:{stamp(event.changed_at)}",
        f"SEQUENCE:{event.sequence}",
        f"DTSTART:{stamp(event.starts_at)}",
        f"DTEND:{stamp(event.ends_at)}",
        f"STATUS:{event.status}",
        *(f"{name}:{value}" for name, value in named if value),
        "END:VEVENT",
    ]
