"""What the page remembers on a booking (`Booking.details["page"]`): hashes of links and codes, what was typed."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from crm.bookings.models import Booking
from crm.bookings.page import codes
from ops.salon import current_salon_id

SOURCE: Final = "page"
MOST_LINKS: Final = 6
MOST_TRIES: Final = 5
MOST_SENDS: Final = 3
BETWEEN_SENDS: Final = timedelta(seconds=30)
# Buttons of so many messages still count: the guest may tap the older one.
_MOST_TAPS: Final = MOST_SENDS


class Notes:
    """Them, read and written by name. `save` is the caller's, under the row's lock."""

    def __init__(self, booking: Booking) -> None:
        self.booking = booking
        found = booking.details.get("page")
        self.data: dict[str, Any] = dict(found) if isinstance(found, dict) else {}

    def keep(self) -> None:
        """Put them back on the row."""
        self.booking.details = {**self.booking.details, "page": self.data}

    def save(self) -> None:
        """Put them back, and write."""
        self.keep()
        self.booking.save(update_fields=["details"])

    @property
    def phone(self) -> str:
        """The phone that was typed."""
        return str(self.data.get("phone", ""))

    @property
    def language(self) -> str:
        """Of the page where it was booked."""
        return str(self.data.get("language", ""))

    @property
    def sent(self) -> int:
        """How many codes were sent."""
        return int(self.data.get("sent", 0))

    @property
    def is_proved(self) -> bool:
        """The phone is theirs."""
        return bool(self.data.get("proved"))

    @property
    def tries_left(self) -> int:
        """How often a code may still be typed."""
        return max(MOST_TRIES - int(self.data.get("tries", 0)), 0)

    def may_send(self, now: datetime) -> bool:
        """Not too many, not too quickly one after the other."""
        at = self.data.get("sent_at")
        soon = at is not None and now < datetime.fromisoformat(at) + BETWEEN_SENDS
        return self.sent < MOST_SENDS and not soon

    def add_link(self) -> str:
        """A new link's token."""
        secret = codes.new_secret()
        link = {"hash": codes.hash_of(secret), "code": word_hash(codes.page_code(secret))}
        self.data["links"] = [*self.data.get("links", []), link][-MOST_LINKS:]
        return codes.link_token(self.booking.public_id, secret)

    def new_code(self, now: datetime) -> tuple[str, str]:
        """A code to type, and the secret of the button beside it; an older code counts no more."""
        code, tap = codes.new_code(), codes.new_secret()
        self.data["code"] = code_hash(self.booking.public_id, code)
        self.data["taps"] = [*self.data.get("taps", []), codes.hash_of(tap)][-_MOST_TAPS:]
        self.data |= {"sent": self.sent + 1, "sent_at": now.isoformat()}
        return code, tap

    def opens(self, secret: str) -> bool:
        """Whether a link's secret is one of this visit."""
        links = self.data.get("links", [])
        return codes.is_one_of(codes.hash_of(secret), [str(one["hash"]) for one in links])

    def is_code(self, typed: str) -> bool:
        """Whether it is the code that was sent last."""
        known = self.data.get("code")
        return bool(known) and codes.is_one_of(code_hash(self.booking.public_id, typed), [str(known)])

    def is_tap(self, secret: str) -> bool:
        """Whether a button of ours sent it."""
        return codes.is_one_of(codes.hash_of(secret), [str(one) for one in self.data.get("taps", [])])

    def is_word(self, hashed: str) -> bool:
        """Whether the code of one of its pages was sent by WhatsApp."""
        return codes.is_one_of(hashed, [str(one["code"]) for one in self.data.get("links", []) if "code" in one])


def code_hash(booking: UUID, code: str) -> str:
    """Of a code to type, good for this visit alone."""
    return codes.keyed("code", f"{booking}:{code}")


def word_hash(code: str) -> str:
    """Of a code to send, by which the visit is found within the salon."""
    return codes.keyed("word", f"{current_salon_id() or 0}:{code}")
