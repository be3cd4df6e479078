"""Days and times as a browser sends them: what the clock on the salon's wall shows."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import formats
from django.utils.translation import gettext as _

from crm.bookings.local_time import NoSuchTime, TwiceShown, moment, moments

FIRST_YEAR, LAST_YEAR = 1971, 9000
LONGEST = 40


class WrongWhen(ValueError):
    """No moment; `words` say why. `choices` are both where the clock shows it twice."""

    def __init__(self, words: str, choices: tuple[datetime, ...] = ()) -> None:
        super().__init__(words)
        self.words, self.choices = words, choices


def read_day(text: str) -> date | None:
    """2026-11-20; None for anything else."""
    try:
        found = date.fromisoformat(text) if len(text) == 10 and text.isascii() else None
    except ValueError:
        return None
    return found if found and FIRST_YEAR <= found.year < LAST_YEAR else None


def read_moment(text: str, zone: ZoneInfo) -> datetime:
    """2026-11-20T10:00 on the salon's wall; with an offset behind it that very moment. Raises WrongWhen."""
    try:
        found = datetime.fromisoformat(text) if len(text) <= LONGEST and text.isascii() and "T" in text else None
    except ValueError:
        found = None
    if found is None or not FIRST_YEAR <= found.year < LAST_YEAR:
        raise WrongWhen(_("Choose a day and a time."))
    if found.tzinfo is not None:
        return found.astimezone(zone)
    try:
        return moment(found, zone)
    except NoSuchTime:
        raise WrongWhen(
            _("The clock is put forward that night: %(time)s does not exist. Choose another time.")
            % {"time": f"{found:%H:%M}"}
        ) from None
    except TwiceShown as twice:
        raise WrongWhen(
            _("The clock is put back that night and shows %(time)s twice. Which one is it?")
            % {"time": f"{found:%H:%M}"},
            tuple(twice.moments),
        ) from None


def joined(day: str, clock_time: str) -> str:
    """The two fields of a form as one text."""
    return f"{day.strip()}T{clock_time.strip()[:5]}"


def chosen(exact: str, wall_: str) -> str:
    """Of the hour that comes twice the one that was chosen, as long as the fields still show it."""
    return exact if exact and exact[:16] == wall_ else wall_


def wall(at: datetime, zone: ZoneInfo) -> str:
    """2026-11-20T10:00."""
    return at.astimezone(zone).strftime("%Y-%m-%dT%H:%M")


def is_twice(at: datetime, zone: ZoneInfo) -> bool:
    """Whether the clock shows it a second time on that night."""
    return len(moments(at.astimezone(zone).replace(tzinfo=None), zone)) > 1


def offset_words(at: datetime) -> str:
    """UTC−03:00: what tells two of the same time apart."""
    text = at.strftime("%z")
    return f"UTC{text[:3]}:{text[3:5]}".replace("-", "−")


def said(at: datetime, zone: ZoneInfo) -> str:
    """Tue 24 Nov, 10:00: in full where the clock shows it twice."""
    local = at.astimezone(zone)
    day = f"{formats.date_format(local, 'D')} {formats.date_format(local, 'SHORT_DATE_FORMAT')}"
    more = f" ({offset_words(local)})" if is_twice(local, zone) else ""
    return f"{day}, {local:%H:%M}{more}"
