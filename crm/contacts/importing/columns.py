"""What a column may be, and what its name and cells let one guess."""

import json
import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from crm.consent.models import Purpose
from crm.contacts.importing.rows import FileRow
from crm.contacts.models import CustomField
from crm.contacts.phones import read_phone

PHONE, NAME, FIRST, LAST, BIRTHDAY, LANGUAGE, TAGS = (
    "phone", "name", "first_name", "last_name", "birthday", "language", "tags",
)  # fmt: skip
ID, PROOF, SAID_AT, NEW = "id", "consent_proof", "consent_at", "new"
TARGETS = {
    PHONE: gettext_lazy("Phone"),
    NAME: gettext_lazy("Name"),
    FIRST: gettext_lazy("First name"),
    LAST: gettext_lazy("Last name"),
    BIRTHDAY: gettext_lazy("Birthday"),
    LANGUAGE: gettext_lazy("Language"),
    TAGS: gettext_lazy("Tags"),
    "wish.note": gettext_lazy("Good to know"),
    "wish.time": gettext_lazy("Times that suit them"),
    "wish.with": gettext_lazy("Likes to be served by"),
    ID: gettext_lazy("Id of an export"),
}
CONSENT = {
    **{f"consent.{one.value}": one.label for one in Purpose},
    PROOF: gettext_lazy("Proof: where and how they agreed"),
    SAID_AT: gettext_lazy("Day on which they agreed"),
}
# Names of columns as lists in the wild have them, and what people write in them; without accents and marks.
WORDS: dict[str, Any] = json.loads((Path(__file__).parent / "words.json").read_text())
_MARKS = re.compile(r"[^a-z0-9]+")
# With the lengths that addresses have, and no dot that two parts could take: nothing is looked at over and over.
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]{1,63}(?:\.[^@\s.]{1,63}){1,8}\Z")
_NUMBERS = re.compile(r"(?i)cpf|cnpj|\brg\b|\bcep\b|\bid\b|c[oó]d|dni|cuit|nif|document")
_ID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}\Z")
# Of the cells that were looked at, so many must agree.
_MOST = 0.7
_DAY = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}\Z")


class Choice(NamedTuple):
    """A thing a column may be."""

    value: str
    label: str


class Column(NamedTuple):
    """One of the file's: its number, its name or a word for it, some of its cells, and what it is taken for."""

    number: int
    header: str
    examples: list[str]
    target: str


def plain(text: str) -> str:
    """Small letters and digits without accents: e-mail and E-Mail are one word."""
    letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return _MARKS.sub("", letters.lower())


def choices(fields: Sequence[CustomField]) -> list[tuple[str, list[Choice]]]:
    """What a column may be, in groups."""
    return [
        (_("Contact"), [Choice(value, str(label)) for value, label in TARGETS.items()]),
        (_("Consent"), [Choice(value, str(label)) for value, label in CONSENT.items()]),
        (_("Your fields"), [*(Choice(f"field.{one.key}", one.name) for one in fields), Choice(NEW, _("A new field"))]),
    ]


def is_target(value: str, fields: Sequence[CustomField]) -> bool:
    """Whether a column may be this."""
    return value in ("", NEW) or value in TARGETS or value in CONSENT or value in {f"field.{one.key}" for one in fields}


def label_of(value: str, fields: Sequence[CustomField] = ()) -> str:
    """What people call it."""
    if value.startswith("field."):
        return next((one.name for one in fields if f"field.{one.key}" == value), value.removeprefix("field."))
    return str(TARGETS.get(value) or CONSENT.get(value) or value)


def has_header(rows: Sequence[FileRow], country: str) -> bool:
    """Whether the first row names the columns: a word of it is known, or nobody could call what stands in it."""
    first = rows[0].cells
    if any(plain(cell) in _known() for cell in first):
        return True
    return not any(
        read_phone(cell, country) or _DAY.match(cell.strip()) or _EMAIL.match(cell.strip()) for cell in first
    )


def guessed(
    rows: Sequence[FileRow], count: int, *, has_header: bool, country: str, fields: Sequence[CustomField]
) -> list[Column]:
    """The file's columns, each taken for what its name says or its cells look like."""
    body = [row.cells for row in rows[1 if has_header else 0 :] if not row.problem]
    taken: set[str] = set()
    found = []
    for number in range(count):
        cells = [row[number].strip() for row in body if number < len(row) and row[number].strip()]
        name = rows[0].cells[number].strip() if has_header and number < len(rows[0].cells) else ""
        target = _by_name(name, fields) if name else ""
        target = target or _by_cells(cells, country, fields, has_name=bool(name))
        # Several phones are read one after the other; of all else the first column is meant.
        if target == ID and not all(_ID.match(cell) for cell in cells):
            # Another program's numbers.
            target = ""
        if target in taken and target not in (PHONE, NEW):
            target = ""
        taken.add(target)
        found.append(
            Column(
                number, name or _("Column %(number)d") % {"number": number + 1}, list(dict.fromkeys(cells))[:3], target
            )
        )
    if PHONE not in taken:
        found = _with_phone(found, country)
    if not has_header and NAME not in taken:
        found = _with_name(found)
    return found


def _by_name(name: str, fields: Sequence[CustomField]) -> str:
    word = plain(name)
    for one in fields:
        if word in (plain(one.key), plain(one.name)):
            return f"field.{one.key}"
    known = _known()
    if word in known:
        return known[word]
    # "Telefone 2", "Celular (WhatsApp)": the words one by one.
    parts = [plain(part) for part in re.split(r"[\s_\-./()]+", name) if plain(part)]
    return next((PHONE for part in parts if known.get(part) == PHONE and len(parts) <= 3 and "id" not in parts), "")


def _by_cells(cells: Sequence[str], country: str, fields: Sequence[CustomField], *, has_name: bool) -> str:
    if not cells:
        return ""
    # A column with a name of its own may be a tax number, which looks alike.
    if not has_name and _are_phones(cells, country):
        return PHONE
    if sum(_EMAIL.match(cell) is not None for cell in cells) >= len(cells) * _MOST:
        return next((f"field.{one.key}" for one in fields if plain(one.name) == "email"), NEW)
    return ""


def _are_phones(cells: Sequence[str], country: str) -> bool:
    likely = sum(len(cell) >= 8 and not _DAY.match(cell) and read_phone(cell, country) is not None for cell in cells)
    return bool(cells) and likely >= len(cells) * _MOST


def _with_phone(found: list[Column], country: str) -> list[Column]:
    """None of the names says phone: the first column that looks like it, unless its name says something else."""
    for place, one in enumerate(found):
        if one.target in ("", NAME) and not _NUMBERS.search(one.header) and _are_phones(one.examples, country):
            return [*found[:place], one._replace(target=PHONE), *found[place + 1 :]]
    return found


def _with_name(found: list[Column]) -> list[Column]:
    """Without a header: the first column of words is the name."""
    for place, one in enumerate(found):
        if not one.target and one.examples and not any(re.search(r"\d", cell) for cell in one.examples):
            return [*found[:place], one._replace(target=NAME), *found[place + 1 :]]
    return found


@cache
def _known() -> dict[str, str]:
    """Every word by what it means: those above, and what the exports call them in each language."""
    found = {word: target for target, words in WORDS["columns"].items() for word in words.split()}
    for code, _name in settings.LANGUAGES:
        with override(code):
            for target, label in {**TARGETS, **CONSENT}.items():
                found.setdefault(plain(str(label)), target)
    return found
