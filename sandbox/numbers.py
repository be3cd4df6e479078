"""The business phone numbers that exist in this world, and how fast each may send."""

import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field, fields

from sandbox.asgi import JSON

DEFAULT_MPS = 80
HIGH_MPS = 1000
COEXISTENCE_MPS = 20
MAX_MPS = 1_000_000
# An average of r per second with a bucket of r/10 puts 1.1 r into its fullest second (INVARIANTS I17).
TOLERANCE = 1.1
STRANGERS_MAX = 10_000
ATTEMPTS_MAX, ATTEMPTS_WITHIN_S = 10, 72 * 3600.0
GUESSES_MAX, GUESSES_WITHIN_S = 5, 3600.0


@dataclass(slots=True)
class Number:
    """A business phone number; `recent` holds when the latest messages of one second left."""

    phone_number_id: str
    waba_id: str
    display_phone: str
    verified_name: str
    throughput_mps: int = DEFAULT_MPS
    strict_window: bool = False
    registered: bool = True  # with the Cloud API: only then it can send
    pin: str = ""
    quality: str = "GREEN"
    status: str = ""  # other than what registration says: FLAGGED, RESTRICTED, BANNED
    name_status: str = "APPROVED"
    requested_name: str = ""
    coexistence: bool = False  # its owner still has it in the WhatsApp Business app
    onboarded_at: float = 0.0
    synced: list[str] = field(default_factory=list)
    profile: JSON = field(default_factory=dict)
    attempts: dict[str, list[float]] = field(default_factory=dict)  # register, deregister, guess -> when
    recent: deque[float] = field(init=False)

    def __post_init__(self) -> None:
        self.set_speed(self.throughput_mps)

    def set_speed(self, mps: int) -> None:
        """Change how many messages may leave in a second."""
        self.throughput_mps = mps
        self.recent = deque(maxlen=math.ceil(mps * TOLERANCE))

    @property
    def digits(self) -> str:
        """The display phone as webhooks show it."""
        return "".join(filter(str.isdecimal, self.display_phone)) or self.phone_number_id

    @property
    def state(self) -> str:
        """As Graph's field `status` says it."""
        return self.status or ("CONNECTED" if self.registered else "PENDING")

    def takes_one(self, now: float) -> bool:
        """Count a message against the sliding second; false when the second is full, and then it is not counted."""
        recent = self.recent
        if len(recent) == recent.maxlen and now - recent[0] < 1.0:
            return False
        recent.append(now)
        return True

    def tries(self, what: str, now: float, *, most: int = ATTEMPTS_MAX, within_s: float = ATTEMPTS_WITHIN_S) -> bool:
        """Count an attempt; false when there were too many lately, and then it is not counted."""
        lately = [at for at in self.attempts.get(what, ()) if now - at < within_s]
        if len(lately) >= most:
            return False
        self.attempts[what] = [*lately, now]
        return True

    def as_saved(self) -> JSON:
        """What is worth keeping over a restart, in the words of POST /_sandbox/numbers."""
        return {one.name: getattr(self, one.name) for one in fields(self) if one.init}


class Register:
    """Numbers by id: those that were registered, and strangers met on the way."""

    def __init__(self) -> None:
        self._registered: dict[str, Number] = {}
        self._strangers: dict[str, Number] = {}
        self._accounts: dict[str, list[Number]] = {}

    def put(self, number: Number) -> None:
        """Register a number, or change it."""
        self._strangers.pop(number.phone_number_id, None)
        self.remove(number.phone_number_id)
        self._registered[number.phone_number_id] = number
        self._accounts.setdefault(number.waba_id, []).append(number)

    def remove(self, phone_number_id: str) -> None:
        """Take a number out of the world."""
        gone = self._registered.pop(phone_number_id, None)
        if gone is None:
            return
        rest = [number for number in self._accounts[gone.waba_id] if number is not gone]
        if rest:
            self._accounts[gone.waba_id] = rest
        else:
            del self._accounts[gone.waba_id]

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
        return self._accounts.get(waba_id, [])

    def forget_speed(self) -> None:
        """Empty every sliding second."""
        for number in (*self._registered.values(), *self._strangers.values()):
            number.recent.clear()

    def forget(self) -> None:
        """Forget every number."""
        self._registered.clear()
        self._strangers.clear()
        self._accounts.clear()
