"""The content of items: read from their deliveries, and remembered for the few moments until they are handled."""

from collections import OrderedDict
from collections.abc import Iterable
from functools import lru_cache
from time import monotonic
from uuid import UUID

from django.db import connection

from channels_wa.gate.delivery import delivery_box, open_delivery
from channels_wa.inbound.reading import RawItem, Reading, read
from channels_wa.numbers.models import Number
from ops.sealing import CannotOpen, PlatformBox

REMEMBERED = 2000
# Kinds of items that came over one number; all others concern the account.
OF_A_NUMBER = frozenset({"message", "status", "error", "echo", "history", "phonebook", "coexistence"})
ROUTES_FRESH_S = 2.0
_readings: "OrderedDict[UUID, Reading]" = OrderedDict()


@lru_cache(maxsize=1)
def _box() -> PlatformBox:
    return delivery_box()


def remember(delivery_id: UUID, sealed: bytes) -> Reading:
    """Read a delivery. One that no key opens is a reading with a problem, for an operator to look at."""
    try:
        reading = read(open_delivery(_box(), delivery_id.bytes, sealed))
    except CannotOpen as error:
        reason = f"cannot be opened: {error}"
        reading = Reading([RawItem(0, "other", None, None, None, None, problem=reason)], reason)
    _readings[delivery_id] = reading
    while len(_readings) > REMEMBERED:
        _readings.popitem(last=False)
    return reading


def forget(delivery_id: UUID) -> None:
    """Read it anew at the next look: its bytes are not what they were."""
    _readings.pop(delivery_id, None)


def contents(items: Iterable[tuple[UUID, int]]) -> dict[tuple[UUID, int], RawItem | None]:
    """The raw items by (delivery, index); None where the delivery is gone or has no such item."""
    wanted = list(items)
    found = {delivery_id: _readings[delivery_id] for delivery_id, _ in wanted if delivery_id in _readings}
    missing = list({delivery_id for delivery_id, _ in wanted if delivery_id not in found})
    if missing:
        with connection.cursor() as cursor:
            cursor.execute("SELECT id, raw FROM public.delivery WHERE id = ANY(%s)", [missing])
            for delivery_id, sealed in cursor.fetchall():
                found[delivery_id] = remember(delivery_id, bytes(sealed))
    return {(pk, index): _at(found.get(pk), index) for pk, index in wanted}


def _at(reading: Reading | None, index: int) -> RawItem | None:
    return reading.items[index] if reading and index < len(reading.items) else None


class Routes:
    """From Meta's ids to numbers and salons."""

    def __init__(self) -> None:
        self._by_number: dict[str, Number] = {}
        self._by_waba: dict[str, list[Number]] = {}
        for number in Number.objects.all().order_by("pk"):
            self._by_number[number.phone_number_id] = number
            self._by_waba.setdefault(number.waba_id, []).append(number)

    def number(self, phone_number_id: str | None) -> Number | None:
        """The number with Meta's id; None when nobody has connected it."""
        return self._by_number.get(phone_number_id or "")

    def of(self, item: RawItem) -> Number | None:
        """The number that an item came over. One that names none goes by its account, if that has a single number."""
        if item.phone_number_id is not None:
            return self.number(item.phone_number_id)
        numbers = self._by_waba.get(item.waba_id or "", [])
        return numbers[0] if len(numbers) == 1 else None

    def place(self, item: RawItem) -> tuple[Number | None, str]:
        """The number to which an item belongs, if it belongs to one; and why it cannot be routed, if so."""
        number = self.of(item)
        if item.kind in OF_A_NUMBER:
            return number, "" if number else self._why_not(item)
        if self.salons(item.waba_id):
            return None, ""
        # An account that nobody knows, but a number that somebody does.
        return number, "" if number else f"unknown business account {item.waba_id or '(none named)'}"

    def _why_not(self, item: RawItem) -> str:
        if item.phone_number_id is None and len(self._by_waba.get(item.waba_id or "", [])) > 1:
            return f"no number named, and business account {item.waba_id} has several"
        return f"unknown number {item.phone_number_id or '(none named)'}"

    def salons(self, waba_id: str | None) -> list[int]:
        """The salons that share a WhatsApp business account."""
        return sorted({number.salon_id for number in self._by_waba.get(waba_id or "", [])})


def routes() -> Routes:
    """All routes, read again every few seconds."""
    return _routes(int(monotonic() / ROUTES_FRESH_S))


@lru_cache(maxsize=1)
def _routes(_slice: int) -> Routes:
    return Routes()
