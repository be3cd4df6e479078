"""The small language of the tables: words, `(a|b c)` one of them, `[a|b]` one of them or none, `{name}` a group of
words or a number."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

_BITS: Final = re.compile(r"\{(\w+)\}|([()\[\]|])|([a-z]+)|(\s+)")
_SPECIAL: Final = {
    # 15, 15:30, 15h, 15h30, 15hs, 3pm
    "clock": r"(?P<clock>\d{1,2}(?:[:.h]\d\d)?(?:h|hs|hr|hrs|am|pm)?)",
    # What shows by itself that it is a time.
    "time": r"(?P<clock>\d{1,2}(?:[:h]\d\d(?:h|hs|hr|hrs|am|pm)?|h|hs|hr|hrs|am|pm))",
    "number": r"(?P<number>\d{1,2})",
    "ordinal": r"(?P<number>\d{1,2}(?:st|nd|rd|th))",
    "dated": r"(?P<dated>\d{1,2}[/.\-]\d{1,2}(?:[/.\-]\d{2,4})?)",
}


def compiled(pattern: str, groups: Mapping[str, Iterable[str]]) -> re.Pattern[str]:
    """The pattern for words joined by single spaces."""
    return re.compile(f"{_translated(pattern, groups)}(?= |$)")


def words_of(pattern: str) -> set[str]:
    """The words that stand in it."""
    return set(re.findall(r"[a-z]+", re.sub(r"\{\w+\}", " ", pattern)))


def _translated(pattern: str, groups: Mapping[str, Iterable[str]]) -> str:
    # Each word brings the space before it, so that what is left out leaves no space behind. The longest of several
    # comes first: the first that fits is taken.
    levels: list[list[list[str]]] = [[[]]]
    for name, sign, word, _space in _BITS.findall(pattern):
        if name:
            levels[-1][-1].append("(?:^| )" + (_SPECIAL.get(name) or _named(name, groups[name])))
        elif word:
            levels[-1][-1].append(f"(?:^| ){word}")
        elif sign == "|":
            levels[-1].append([])
        elif sign and sign in "([":
            levels.append([[]])
        elif sign:
            joined = _joined(levels.pop())
            levels[-1][-1].append(joined + ("?" if sign == "]" else ""))
    return _joined(levels[0])


def _joined(alternatives: list[list[str]]) -> str:
    return f"(?:{'|'.join(sorted(map(''.join, alternatives), key=len, reverse=True))})"


def _named(name: str, words: Iterable[str]) -> str:
    # The longest first: "quinta feira" before "quinta".
    alternatives = "|".join(sorted(words, key=len, reverse=True))
    return f"(?P<{name}>{alternatives})" if name in CAUGHT else f"(?:{alternatives})"


CAUGHT: Final = frozenset({"weekday", "month", "hour", "part"})
