"""What Meta allows between one number and one guest: the pair rate and the 24-hour window (WHATSAPP.md §4, §5)."""

PAIR_EVERY_S = 6.0
PAIR_BURST = 45
WINDOW_S = 24 * 3600.0
REMEMBERED_MAX = 1_000_000


class PairRate:
    """One message in six seconds, up to 45 at once borrowed from later.

    Kept as the instant until which the pair has used its share (GCRA): one float per pair.
    """

    def __init__(self) -> None:
        self._used_until: dict[str, float] = {}
        self._prune_at = 100_000

    def takes_one(self, pair: str, now: float) -> bool:
        """Count a message of the pair; false when it has none left, and then it is not counted."""
        used_until = max(self._used_until.get(pair, now), now)
        if used_until - now > PAIR_EVERY_S * (PAIR_BURST - 1):
            return False
        self._used_until[pair] = used_until + PAIR_EVERY_S
        if len(self._used_until) > self._prune_at:
            self._used_until = {pair: until for pair, until in self._used_until.items() if until > now}
            self._prune_at = max(100_000, 2 * len(self._used_until))
        return True

    def forget(self) -> None:
        """Every pair is fresh again."""
        self._used_until.clear()


class Windows:
    """When each guest last wrote to each number."""

    def __init__(self) -> None:
        self._last_inbound: dict[str, float] = {}

    def opened(self, pair: str, now: float) -> None:
        """The guest wrote."""
        self._last_inbound.pop(pair, None)  # back to the end, so that the oldest are first
        self._last_inbound[pair] = now
        if len(self._last_inbound) > REMEMBERED_MAX:
            del self._last_inbound[next(iter(self._last_inbound))]

    def is_open(self, pair: str, now: float, *, mode: str) -> bool:
        """Whether free-form messages may go to the guest.

        `known` lets pass whom the sandbox never heard: load generators post webhooks to the product themselves, so
        "never wrote through here" does not prove that the guest never wrote. `strict` is Meta's rule to the letter.
        """
        if mode == "off":
            return True
        last = self._last_inbound.get(pair)
        if last is None:
            return mode == "known"
        return now - last < WINDOW_S

    def latest(self, count: int) -> dict[str, float]:
        """The pairs that were opened latest, for the saved state."""
        return dict(list(self._last_inbound.items())[-count:])

    def forget(self) -> None:
        """Nobody ever wrote."""
        self._last_inbound.clear()
