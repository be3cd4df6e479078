"""Bars by day as an SVG that the server draws: no script, no style of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import formats
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

WIDTH, HEIGHT = 620, 180
# Room for the days below, and for the highest number above.
_FOOT, _HEAD = 26, 24
_WIDEST = 28


_BAR = (
    '<g><title>{}: {}</title><rect class="bill-chart__day" x="{}" y="{}" width="{}" height="{}"/>'
    '<rect class="bill-chart__bar" x="{}" y="{}" width="{}" height="{}"/>{}</g>'
)


@dataclass(frozen=True, slots=True)
class Bar:
    """One day. Whole numbers, so that no language writes a comma into them."""

    x: int
    y: int
    width: int
    height: int
    middle: int
    day: str
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Chart:
    """All days, and the line of the highest."""

    bars: list[Bar]
    highest: str
    width: int = WIDTH
    height: int = HEIGHT
    base: int = HEIGHT - _FOOT
    top: int = _HEAD

    @property
    def drawing(self) -> SafeString:
        """The bars. Not in the template: of a quarter there are a thousand numbers, each of which it would localize."""
        tall = self.base - self.top
        return format_html_join(
            "",
            _BAR,
            (
                (one.day, one.value, one.x, self.top, one.width, tall, one.x, one.y, one.width, one.height, label)
                for one, label in zip(self.bars, map(self._label, self.bars), strict=True)
            ),
        )

    @property
    def table(self) -> SafeString:
        """The same as rows of a table."""
        row = '<tr><td>{}</td><td class="bill-lines__amount">{}</td></tr>'
        return format_html_join("", row, ((one.day, one.value) for one in self.bars))

    def _label(self, one: Bar) -> SafeString | str:
        if not one.label:
            return ""
        words = '<text class="bill-chart__label" x="{}" y="{}" dy="-4">{}</text>'
        return format_html(words, one.middle, self.height, one.label)


def days_of(first: date, last: date) -> list[date]:
    """Both ends count."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def drawn(values: Mapping[date, int], first: date, last: date, words: Mapping[date, str] | None = None) -> Chart:
    """Bars of the days; `words` are what a bar says instead of its number."""
    days = days_of(first, last)
    most = max((values.get(day, 0) for day in days), default=0)
    room, step = HEIGHT - _FOOT - _HEAD, WIDTH / max(1, len(days))
    # About eight days have room to be named.
    every = -(-len(days) // 8)
    bars = []
    for n, day in enumerate(days):
        value = values.get(day, 0)
        tall = round(value / most * room) if most else 0
        # What is not nothing can be seen.
        tall = max(tall, 2) if value else 0
        left, right = round(n * step), round((n + 1) * step)
        width = min(_WIDEST, max(1, right - left - 2))
        said = (words or {}).get(day) or formats.number_format(value, 0, force_grouping=True)
        bars.append(
            Bar(
                x=(left + right - width) // 2,
                y=HEIGHT - _FOOT - tall,
                width=width,
                height=tall,
                middle=(left + right) // 2,
                day=formats.date_format(day, "DATE_FORMAT"),
                value=said,
                label=str(day.day) if n % every == 0 else "",
            )
        )
    top = max(days, key=lambda day: values.get(day, 0)) if most else None
    highest = ((words or {}).get(top) or formats.number_format(most, 0, force_grouping=True)) if top else "0"
    return Chart(bars, highest)
