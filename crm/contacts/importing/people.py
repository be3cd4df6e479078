"""A row becomes a person as the file describes them, or a refusal that says which cell is wrong and why."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from crm.consent.models import Purpose, State
from crm.contacts import fields as custom
from crm.contacts import tags
from crm.contacts.importing import columns
from crm.contacts.importing.columns import WORDS, plain
from crm.contacts.importing.options import Options
from crm.contacts.importing.rows import FileRow
from crm.contacts.models import CustomField
from crm.contacts.phones import read_phone
from ops import clock
from portal.frame.files.cells import unmarked

LONGEST_NAME = 120
LONGEST_WISH = 500
LONGEST_PROOF = 500
_YES, _NO = frozenset(WORDS["yes"].split()), frozenset(WORDS["no"].split())
_LANGUAGES: dict[str, str] = {word: code for code, words in WORDS["languages"].items() for word in words.split()}
_DAY = re.compile(r"(\d{1,4})[-/.](\d{1,2})[-/.](\d{1,4})(?:[ T].*)?\Z", re.ASCII)
_MONTH_FIRST = frozenset({"US"})
_TAGS = re.compile(r"[,;|\n]")


@dataclass(frozen=True, slots=True)
class Refusal:
    """A cell that is not taken, and why; `is_partly` where the rest of the row is."""

    row: FileRow
    field: str
    reason: str
    is_partly: bool = False


class _Wrong(Exception):
    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field, self.reason = field, reason


@dataclass(slots=True)
class Person:
    """Somebody as a row describes them; what is empty says nothing."""

    row: FileRow
    phone: str = ""
    public_id: UUID | None = None
    name: str = ""
    language: str = ""
    birthday: date | None = None
    tags: list[str] = field(default_factory=list)
    fields: dict[str, Any] = field(default_factory=dict)
    wishes: dict[str, str] = field(default_factory=dict)
    # granted or revoked by purpose.
    consents: dict[str, str] = field(default_factory=dict)
    proof: str = ""
    said_at: datetime | None = None

    @property
    def key(self) -> str:
        """What tells them from all others of the file."""
        return self.phone or str(self.public_id)


class Reader:
    """Reads rows as the options say."""

    def __init__(self, options: Options, fields: Sequence[CustomField], known_tags: Sequence[str], zone: Any) -> None:
        self.options = options
        self._phones = options.of(columns.PHONE)
        self._names = options.of(columns.NAME) or [*options.of(columns.FIRST), *options.of(columns.LAST)]
        self._single = {
            name: found[0]
            for name in (columns.BIRTHDAY, columns.LANGUAGE, columns.ID, columns.PROOF, columns.SAID_AT)
            if (found := options.of(name))
        }
        self._tag_columns = options.of(columns.TAGS)
        by_key = {f"field.{one.key}": one for one in fields}
        chosen = {int(number): target for number, target in options.columns.items()}
        self._fields = [(number, by_key[target]) for number, target in sorted(chosen.items()) if target in by_key]
        self._new = [number for number, target in sorted(chosen.items()) if target == columns.NEW]
        self._wishes = [(n, t.removeprefix("wish.")) for n, t in sorted(chosen.items()) if t.startswith("wish.")]
        self._consents = [(n, p.value) for p in Purpose for n in options.of(f"consent.{p.value}")[:1]]
        self._tags = {tag.casefold(): tag for tag in known_tags}
        self._zone = zone
        self._is_month_first = options.country in _MONTH_FIRST
        self._today = clock.now().date()

    def read(self, row: FileRow) -> tuple[Person | None, list[Refusal]]:
        """The person, and what of the row is not taken."""
        if row.problem:
            return None, [Refusal(row, "", row.problem)]
        # Without what an export puts before that which a spreadsheet would take for a formula.
        cells = [unmarked(cell.strip()) for cell in row.cells]
        width = len(self.options.headers)
        if width and len(cells) > width and any(cells[width:]):
            reason = _("This row has %(count)d cells, the first row has %(width)d. Is a separator inside of a cell?")
            return None, [Refusal(row, "", reason % {"count": len(cells), "width": width})]
        try:
            person = self._person(row, lambda number: cells[number] if number < len(cells) else "")
        except _Wrong as wrong:
            return None, [Refusal(row, wrong.field, wrong.reason)]
        return person, self._consent(person, cells)

    def _person(self, row: FileRow, cell: Callable[[int], str]) -> Person:
        person = Person(row, phone=self._phone(cell))
        if text := self._one(cell, columns.ID):
            person.public_id = _id(text)
        if not person.phone and person.public_id is None:
            raise _Wrong(columns.PHONE, _("There is no phone number: without one nobody can tell who this is."))
        person.name = " ".join(" ".join(cell(number) for number in self._names).split())
        _short(person.name, columns.NAME, LONGEST_NAME)
        if text := self._one(cell, columns.LANGUAGE):
            person.language = _language(text)
        if text := self._one(cell, columns.BIRTHDAY):
            person.birthday = self._birthday(text)
        person.tags = self._read_tags(cell)
        for number, one in self._fields:
            if text := cell(number):
                person.fields[one.key] = _value(one, text, self._is_month_first)
        for number in self._new:
            if text := _short(cell(number), self._header(number), custom.LONGEST_TEXT):
                # In a trial: the field is made when the import begins.
                person.fields[f"{columns.NEW}:{number}"] = text
        for number, wish in self._wishes:
            if text := _short(cell(number), f"wish.{wish}", LONGEST_WISH):
                person.wishes[wish] = text
        return person

    def _phone(self, cell: Callable[[int], str]) -> str:
        given = [text for number in self._phones if (text := cell(number))]
        for text in given:
            if phone := read_phone(_without_words(text), self.options.country):
                return phone
        if given:
            words = _(
                "“%(text)s” is no phone number in %(country)s. Write it with area code, or with + and the country's."
            )
            raise _Wrong(columns.PHONE, words % {"text": given[0][:40], "country": self.options.country})
        return ""

    def _birthday(self, text: str) -> date:
        day = _day(text, self._is_month_first)
        if day is None:
            raise _Wrong(
                columns.BIRTHDAY, _("“%(text)s” is no day. Write it as 20/11/1990 or 1990-11-20.") % {"text": text[:40]}
            )
        if not date(1900, 1, 1) <= day <= self._today:
            raise _Wrong(columns.BIRTHDAY, _("A day from 1900 until today, please."))
        return day

    def _read_tags(self, cell: Callable[[int], str]) -> list[str]:
        given = [part for number in self._tag_columns for part in _TAGS.split(cell(number))]
        found: dict[str, None] = {}
        for part in (*given, *self.options.tags):
            if not (words := " ".join(part.split())):
                continue
            if len(words) > tags.LONGEST:
                raise _Wrong(
                    columns.TAGS,
                    _("The tag “%(tag)s…” is longer than %(most)d characters.")
                    % {"tag": words[:20], "most": tags.LONGEST},
                )
            tag = tags.normal(words)
            # As the salon spells it, or as the first row of the file did.
            found[self._tags.setdefault(tag.casefold(), tag)] = None
        if len(found) > tags.MOST_ON_ONE:
            raise _Wrong(columns.TAGS, _("At most %(most)d tags, please.") % {"most": tags.MOST_ON_ONE})
        return list(found)

    def _consent(self, person: Person, cells: Sequence[str]) -> list[Refusal]:
        """What the guest said; a word that nobody understands is not taken."""
        cell: Callable[[int], str] = lambda number: cells[number] if number < len(cells) else ""  # noqa: E731
        refused = []
        person.proof = (self._one(cell, columns.PROOF) or self.options.proof)[:LONGEST_PROOF]
        if text := self._one(cell, columns.SAID_AT):
            day = _day(text, self._is_month_first)
            if day is None or not date(2000, 1, 1) <= day <= self._today:
                words = _("“%(text)s” is no day until today.") % {"text": text[:40]}
                refused.append(Refusal(person.row, columns.SAID_AT, words, is_partly=True))
                return refused
            person.said_at = datetime.combine(day, time(12), tzinfo=self._zone)
        for number, purpose in self._consents:
            if not (text := cell(number)):
                continue
            state = _state(text)
            if not state:
                words = _("“%(text)s” is neither yes nor no; the consent was not noted.") % {"text": text[:40]}
            else:
                person.consents[purpose] = state
                continue
            refused.append(Refusal(person.row, f"consent.{purpose}", words, is_partly=True))
        return refused

    def _one(self, cell: Callable[[int], str], name: str) -> str:
        return cell(self._single[name]) if name in self._single else ""

    def _header(self, number: int) -> str:
        return self.options.headers[number] if number < len(self.options.headers) else str(number + 1)


def _short(text: str, name: str, most: int) -> str:
    if len(text) > most:
        raise _Wrong(name, _("At most %(most)d characters, please.") % {"most": most})
    return text


def _without_words(text: str) -> str:
    """WhatsApp's own links and what programs write before a number."""
    return re.sub(r"(?i)^(?:tel:|whatsapp:|https?://wa\.me/)\+?", "+", text.replace("\u200e", "").replace("\u202c", ""))


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise _Wrong(columns.ID, _("This is no id of a contact.")) from None


def _language(text: str) -> str:
    found = _LANGUAGES.get(plain(text))
    if found is None:
        raise _Wrong(columns.LANGUAGE, _("“%(text)s” is no language we know: pt, en or es.") % {"text": text[:40]})
    return found


def _day(text: str, is_month_first: bool) -> date | None:
    """1990-11-20, 20/11/1990, 20.11.90; with slashes the month comes first where that is the custom."""
    found = _DAY.match(text)
    if found is None:
        return None
    first, middle, last = found.groups()
    if len(first) == 4:
        year, month, day = int(first), int(middle), int(last)
    else:
        day, month, year = int(first), int(middle), int(last)
        if is_month_first and "/" in text:
            day, month = month, day
        if len(last) == 2:
            year += 1900 if year > clock.now().year % 100 else 2000
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _value(one: CustomField, text: str, is_month_first: bool) -> Any:
    if one.kind == CustomField.Kind.DATE and (day := _day(text, is_month_first)):
        text = day.isoformat()
    try:
        return custom.value_of(one, text)
    except ValueError as error:
        raise _Wrong(f"field.{one.key}", str(error)) from None


def _state(text: str) -> str:
    word = plain(text)
    if word in _YES:
        return State.GRANTED
    if word in _NO:
        return State.REVOKED
    # As the register calls them in the language of whoever imports, and as an export writes it.
    return next((state.value for state in State if plain(str(state.label)) == word), "")
