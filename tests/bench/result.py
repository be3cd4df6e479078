"""One line of `make bench`."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Result:
    """A figure, and what it was measured against in the same run."""

    bench: str
    value: float
    unit: str
    baseline: str | None = None
    ratio: float | None = None
    n: int = 1

    def as_dict(self) -> dict[str, Any]:
        """The line's object, figures with three digits that count."""
        return {
            **asdict(self),
            "value": _rounded(self.value),
            "ratio": None if self.ratio is None else _rounded(self.ratio),
        }


def _rounded(value: float) -> float:
    return round(value) if abs(value) >= 1000 else float(f"{value:.3g}") if abs(value) < 100 else round(value, 1)


def median_of(runs: int, measure: Callable[[], float]) -> float:
    """The median of several measurements."""
    return statistics.median(measure() for _ in range(runs))


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which this share lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
