"""Numbers as guests write them."""

import re
from decimal import Decimal
from typing import Final

MAX_LENGTH: Final = 34
PLAIN: Final = re.compile(r" {0,9}[+-]?[0-9]{1,34}(?:\.[0-9]{1,34})? {0,9}")
# A currency before, the digits with their marks, a percent sign or unit of money after.
WRITTEN: Final = re.compile(r"\s*(?:[A-Za-z]{0,3}\$|€|£)?\s*([+-]?[0-9][0-9.,]*)\s*(?:%|[A-Za-z]{1,10})?\s*\Z")


def number_in(text: str) -> Decimal | None:
    """The number of `10,5`, `1.234,50`, `1,234.50`, `R$ 80` or `80 reais`; None if it is none.

    The last of two different marks is the decimal one. A single mark is decimal too, unless exactly three digits
    follow a dot (`1.500` is how Brazil writes 1500) or it comes more than once.
    """
    match = WRITTEN.match(text) if len(text) <= MAX_LENGTH else None
    if match is None:
        return None
    written = match[1]
    decimal_mark = mark_of(written)
    for mark in ",.":
        if mark != decimal_mark:
            written = written.replace(mark, "")
    written = written.replace(decimal_mark, ".") if decimal_mark else written
    return Decimal(written) if written.count(".") <= 1 and written[-1] != "." else None


def plain_number(text: str) -> str | None:
    """`2.0` and ` 2` as `2`: one way of writing for each number; None if it is none."""
    if not PLAIN.fullmatch(text):
        return None
    number = format(Decimal(text.strip()).normalize(), "f")
    return "0" if number == "-0" else number


def mark_of(written: str) -> str:
    """Which of comma and dot separates the decimals here; empty if neither does."""
    comma, dot = written.rfind(","), written.rfind(".")
    if comma >= 0 and dot >= 0:
        return "," if comma > dot else "."
    if comma >= 0:
        return "," if written.count(",") == 1 else ""
    grouped = written.count(".") > 1 or (dot > 0 and len(written) - dot == 4 and written[:dot].strip("+-0"))
    return "." if dot >= 0 and not grouped else ""
