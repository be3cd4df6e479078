"""Days as guests read them, in the language of the page: the same words as in their messages."""

from datetime import date, datetime
from typing import Final

from django import template
from django.utils import timezone, translation

from crm.bookings.reminders import words
from ops import clock

register = template.Library()
_ORDER: Final = {
    "pt": "{day}, {number} de {month}{year}",
    "en": "{day}, {month} {number}{year}",
    "es": "{day}, {number} de {month}{year}",
}
_YEAR: Final = {"pt": " de {}", "en": ", {}", "es": " de {}"}


@register.filter
def day_words(day: date) -> str:
    """quarta-feira, 2 de dezembro; with the year if it is another one than now."""
    local = timezone.localtime(day) if isinstance(day, datetime) else day
    language = words.language_of(translation.get_language() or "")
    texts = words.table(language)
    year = "" if local.year == timezone.localtime(clock.now()).year else _YEAR[language].format(local.year)
    return _ORDER[language].format(
        day=texts["days"][local.weekday()], number=local.day, month=texts["months"][local.month - 1], year=year
    )


@register.filter
def short_day(at: datetime) -> str:
    """qua, 02/12 or Wed, Dec 2, as in lists of messages, without the time."""
    local = timezone.localtime(at)
    language = words.language_of(translation.get_language() or "")
    texts = words.table(language)
    month = texts["months"][local.month - 1]
    if language == "en":
        return f"{texts['short_days'][local.weekday()]}, {month[:3]} {local.day}"
    return f"{texts['short_days'][local.weekday()]}, {local.day} {month[:3]}"
