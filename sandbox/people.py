"""The guests: who is behind which user id, who stopped marketing, who cannot be reached (WHATSAPP.md §4, §8)."""

from collections import deque
from collections.abc import Iterable

from sandbox.asgi import JSON

KNOWN_MAX = 100_000
DAY_S = 24 * 3600.0


class Guests:
    """What Meta knows of people. Keyed by account, since user ids are scoped and wishes are given to one business."""

    def __init__(self) -> None:
        self.marketing_per_day: int | None = None  # of one user, from all businesses; Meta's own figure is adaptive
        self._user_ids: dict[tuple[str, str], str] = {}
        self._phones: dict[tuple[str, str], str] = {}
        self._stopped: set[tuple[str, str]] = set()
        self._unreachable: dict[str, int] = {}
        self._marketed: dict[str, deque[float]] = {}

    def meet(self, waba_id: str, phone: str, user_id: str) -> None:
        """A phone and a user id are one person."""
        if len(self._user_ids) >= KNOWN_MAX:
            first = next(iter(self._user_ids))
            self._phones.pop((first[0], self._user_ids.pop(first)), None)
        self._user_ids[waba_id, phone] = user_id
        self._phones[waba_id, user_id] = phone

    def user_id(self, waba_id: str, phone: str) -> str:
        """The user id behind a phone; empty when it never was told."""
        return self._user_ids.get((waba_id, phone), "")

    def phone(self, waba_id: str, user_id: str) -> str:
        """The phone behind a user id; empty when it never was told."""
        return self._phones.get((waba_id, user_id), "")

    def _same(self, waba_id: str, key: str) -> Iterable[str]:
        return filter(None, (key, self.user_id(waba_id, key), self.phone(waba_id, key)))

    def prefer(self, waba_id: str, key: str, *, stop: bool) -> None:
        """The guest stops, or takes again, this business's marketing."""
        for name in self._same(waba_id, key):
            if stop:
                self._stopped.add((waba_id, name))
            else:
                self._stopped.discard((waba_id, name))

    def has_stopped(self, waba_id: str, key: str) -> bool:
        """Whether the guest takes no marketing of this business."""
        return (waba_id, key) in self._stopped

    def cannot_reach(self, key: str, code: int | None) -> None:
        """Messages to this guest fail with this code; None mends it."""
        if code is None:
            self._unreachable.pop(key, None)
        elif len(self._unreachable) < KNOWN_MAX:
            self._unreachable[key] = code

    def failure_code(self, key: str) -> int | None:
        """The code with which messages to this guest fail."""
        return self._unreachable.get(key) if self._unreachable else None

    def takes_marketing(self, key: str, now: float) -> bool:
        """Count a marketing message; false when the guest had their share of this day, and then it is not counted."""
        if self.marketing_per_day is None:
            return True
        had = self._marketed.setdefault(key, deque(maxlen=1000))
        while had and now - had[0] >= DAY_S:
            had.popleft()
        if len(had) >= self.marketing_per_day:
            return False
        had.append(now)
        while len(self._marketed) > KNOWN_MAX:
            del self._marketed[next(iter(self._marketed))]
        return True

    def as_saved(self) -> JSON:
        """What is kept over a restart."""
        known = [[waba_id, phone, user_id] for (waba_id, phone), user_id in self._user_ids.items()]
        return {"known": known[-2000:], "stopped": sorted(self._stopped)[:20_000]}

    def restore(self, saved: JSON) -> None:
        """Take back what was saved."""
        for waba_id, phone, user_id in saved["known"]:
            self.meet(waba_id, phone, user_id)
        self._stopped.update((waba_id, key) for waba_id, key in saved["stopped"])

    def forget(self) -> None:
        """Nobody was ever met."""
        for kept in (self._user_ids, self._phones, self._stopped, self._unreachable, self._marketed):
            kept.clear()
        self.marketing_per_day = None
