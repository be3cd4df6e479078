"""Minutes as the bits of one large number: what costs a loop over spans costs a few shifts here."""

from collections.abc import Iterable, Iterator

from crm.bookings.availability.types import Span


class Frame:
    """A stretch of minutes; bit n of a number is the minute `start + n`."""

    def __init__(self, start: int, end: int) -> None:
        self.start, self.size = start, max(end - start, 0)
        self.full = (1 << self.size) - 1

    def of(self, spans: Iterable[Span]) -> int:
        """The minutes that lie in any of them."""
        found = 0
        for start, end in spans:
            low, high = max(start - self.start, 0), min(end - self.start, self.size)
            if low < high:
                found |= ((1 << (high - low)) - 1) << low
        return found

    def every(self, step: int, pieces: Iterable[tuple[int, int, int]]) -> int:
        """The minutes at which the clock shows a multiple of `step`; pieces are (start, end, offset)."""
        found = 0
        for start, end, offset in pieces:
            first = start + (-(start + offset)) % step
            count = -((first - end) // step)
            if count > 0:
                found |= _comb(step, count) << (first - self.start)
        return found

    def runs(self, bits: int, length: int) -> int:
        """Where so many minutes begin that are all set."""
        if length <= 0:
            return self.full
        have = 1
        while have < length and bits:
            more = min(have, length - have)
            bits &= bits >> more
            have += more
        return bits

    def shifted(self, bits: int, by: int) -> int:
        """Bit n becomes what bit n + `by` was."""
        return bits >> by if by >= 0 else (bits << -by) & self.full

    def minutes(self, bits: int) -> Iterator[int]:
        """The minutes that are set, in order."""
        while bits:
            lowest = bits & -bits
            yield self.start + lowest.bit_length() - 1
            bits ^= lowest


def _comb(step: int, count: int) -> int:
    return int(((1 << (step * count)) - 1) // ((1 << step) - 1))
