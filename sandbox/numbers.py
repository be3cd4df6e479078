"""The business phone numbers that exist in this world, and how fast each may send."""

import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

DEFAULT_MPS = 80
MAX_MPS = 1_000_000
# An average of r per second with a bucket of r/10 puts 1.1 r into its fullest second (INVARIANTS I17).
TOLERANCE = 1.1
STRANGERS_MAX = 10_000


@dataclass(slots=True)
class Number:
    """A business phone number; `recent` holds when the latest messages of one second left."""

    phone_number_id: str
    waba_id: str
    display_phone: str
    verified_name: str
    throughput_mps: int = DEFAULT_MPS
    strict_window: bool = False
    recent: deque[float] = field(init=False)

    def __post_init__(self) -> None:
        self.recent = deque(maxlen=math.ceil(self.throughput_mps * TOLERANCE))

    @property
    def digits(self) -> str:
        """The display phone as webhooks show it."""
        return "".join(filter(str.isdecimal, self.display_phone)) or self.phone_number_id

    def takes_one(self, now: float) -> bool:
        """Count a message against the sliding second; false when the second is full, and then it is not counted."""
        recent = self.recent
        if len(recent) == recent.maxlen and now - recent[0] < 1.0:
            return False
        recent.append(now)
        return True

    def as_saved(self) -> dict[str, object]:
        """What is worth keeping over a restart, in the words of POST /_sandbox/numbers."""
        return {
            "phone_number_id": self.phone_number_id,
            "waba_id": self.waba_id,
            "display_phone": self.display_phone,
            "verified_name": self.verified_name,
            "throughput_mps": self.throughput_mps,
            "strict_window": self.strict_window,
        }


class Register:
    """Numbers by id: those that were registered, and strangers met on the way."""

    def __init__(self) -> None:
        self._registered: dict[str, Number] = {}
        self._strangers: dict[str, Number] = {}

    def put(self, number: Number) -> None:
        """Register a number, or change it."""
        self._strangers.pop(number.phone_number_id, None)
        self._registered[number.phone_number_id] = number

    def get(self, phone_number_id: str) -> Number:
        """The number, or a stranger with Meta's default speed: whoever calls first need not register."""
        found = self._registered.get(phone_number_id) or self._strangers.get(phone_number_id)
        if found is None:
            if len(self._strangers) >= STRANGERS_MAX:
                del self._strangers[next(iter(self._strangers))]
            found = Number(phone_number_id, "100000000000000", phone_number_id, "Sandbox")
            self._strangers[phone_number_id] = found
        return found

    def registered_as(self, phone_number_id: str) -> Number | None:
        """The number of this id, if it was registered."""
        return self._registered.get(phone_number_id)

    def registered(self) -> Iterable[Number]:
        """In the order they were registered."""
        return self._registered.values()

    def of_waba(self, waba_id: str) -> list[Number]:
        """Registered numbers of one WhatsApp Business Account."""
        return [number for number in self._registered.values() if number.waba_id == waba_id]

    def forget_speed(self) -> None:
        """Empty every sliding second."""
        for number in (*self._registered.values(), *self._strangers.values()):
            number.recent.clear()

    def forget(self) -> None:
        """Forget every number."""
        self._registered.clear()
        self._strangers.clear()
