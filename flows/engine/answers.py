"""Reads the typed answers of guests: what was meant, as JSON, or None."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final

from flows.engine.normalise import normalise
from flows.engine.numbers import number_in

MAX_ANSWER: Final = 4_096
E_MAIL: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,5}")
DAY_FIRST: Final = re.compile(r"([0-9]{1,2})[/.\- ]([0-9]{1,2})(?:[/.\- ]([0-9]{4}|[0-9]{2}))?")
ISO_DATE: Final = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
PHONE_MARKS: Final = re.compile(r"[\s().\-]+")
# In Portuguese, English and Spanish, as `normalise` leaves them.
NEAR_DAYS: Final = {
    "hoje": 0, "today": 0, "hoy": 0, "amanha": 1, "tomorrow": 1, "manana": 1, "depois de amanha": 2, "pasado manana": 2,
    "ontem": -1, "yesterday": -1, "ayer": -1,
}  # fmt: skip


def text_answer(text: str, today: date) -> str | None:
    """Any text that says something."""
    return text.strip()[:MAX_ANSWER] or None


def number_answer(text: str, today: date) -> int | float | None:
    """`10,5`, `R$ 80`, `1.234,50`."""
    number = number_in(text)
    if number is None:
        return None
    return int(number) if number == number.to_integral_value() else float(number)


def email_answer(text: str, today: date) -> str | None:
    """An address as it looks; whether it exists only a mail can tell."""
    written = text.strip()
    return written.lower() if len(written) <= 254 and E_MAIL.fullmatch(written) else None


def phone_answer(text: str, today: date) -> str | None:
    """E.164. Ten or eleven digits without a country are Brazilian: area code and number."""
    written = PHONE_MARKS.sub("", text.strip()[:40])
    digits = written.removeprefix("+").removeprefix("00" if written.startswith("00") else "")
    if not digits.isascii() or not digits.isdigit():
        return None
    if written[0] != "+" and not written.startswith("00") and len(digits.lstrip("0")) in (10, 11):
        return "+55" + digits.lstrip("0")
    return "+" + digits if 10 <= len(digits) <= 15 and digits[0] != "0" else None


def date_answer(text: str, today: date) -> str | None:
    """`24/12`, `24/12/2026`, `2026-12-24`, `amanhã`. Without a year the next such day is meant."""
    plain = normalise(text[:40])
    if plain in NEAR_DAYS:
        return (today + timedelta(days=NEAR_DAYS[plain])).isoformat()
    written = text.strip()
    if match := ISO_DATE.fullmatch(written):
        return day(int(match[1]), int(match[2]), int(match[3]))
    match = DAY_FIRST.fullmatch(written)
    if match is None:
        return None
    of_month, month, year = int(match[1]), int(match[2]), match[3]
    if year is not None:
        return day(int(year) if len(year) == 4 else full_year(int(year), today), month, of_month)
    coming = (day(later, month, of_month) for later in range(today.year, today.year + 9))  # 29/02 may be 8 years off
    return next((found for found in coming if found and found >= today.isoformat()), None)


def day(year: int, month: int, of_month: int) -> str | None:
    """The day, if the calendar has it."""
    try:
        return date(year, month, of_month).isoformat()
    except ValueError:
        return None


def full_year(two_digits: int, today: date) -> int:
    """`85` is 1985, `27` is 2027: at most ten years ahead."""
    year = today.year - today.year % 100 + two_digits
    return year - 100 if year > today.year + 10 else year


READERS: Final[dict[str, Callable[[str, date], Any]]] = {
    "text": text_answer,
    "number": number_answer,
    "date": date_answer,
    "phone": phone_answer,
    "email": email_answer,
}
