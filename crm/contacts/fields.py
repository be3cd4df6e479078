"""Custom fields: what a value of each kind may be, and the fields themselves."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify
from django.utils.translation import gettext as _

from crm.contacts.models import CustomField
from ops import clock
from tenants.audit import actions as audit

LONGEST_TEXT = 2000
LONGEST_NUMBER = 60
MOST_FIELDS = 60
MOST_OPTIONS = 50
LARGEST = Decimal(10) ** 15
_YES, _NO = {"true", "yes", "on", "1", "sim", "si", "sí"}, {"false", "no", "off", "0", "não", "nao"}
_FOUR_DIGITS = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)


class Refused(Exception):
    """Values that their fields do not take, with a sentence for each key."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__("; ".join(f"{key}: {words}" for key, words in problems.items()))
        self.problems = problems


class NotPossible(Exception):
    """What somebody wants of a field itself cannot be done; the words say why."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A field as somebody describes it."""

    name: str
    kind: str
    options: list[str] = field(default_factory=list)


def live() -> list[CustomField]:
    """The fields in use, in their order."""
    return list(CustomField.objects.filter(archived_at=None).order_by("order", "pk"))


def clean(values: Mapping[str, Any], *, known: list[CustomField] | None = None) -> dict[str, Any]:
    """The values as they are kept: each as its field's kind wants it, None to take one away. Raises Refused.

    A key that no field has stays what it is: programs keep words of their own there.
    """
    kinds = {one.key: one for one in (live() if known is None else known)} if values else {}
    taken: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for key, value in values.items():
        try:
            taken[key] = value_of(kinds[key], value) if key in kinds else value
        except ValueError as error:
            problems[key] = str(error)
    if problems:
        raise Refused(problems)
    return taken


def value_of(one: CustomField, value: Any) -> Any:
    """A value of this field as it is kept; None for nothing. Raises ValueError with words for people."""
    text = value.strip() if isinstance(value, str) else value
    if text is None or text == "":
        return None
    kind = CustomField.Kind(one.kind)
    if kind is CustomField.Kind.NUMBER:
        return _number(text)
    if kind is CustomField.Kind.DATE:
        return _date(text)
    if kind is CustomField.Kind.FLAG:
        return _flag(text)
    text = text if isinstance(text, str) else str(text)
    if kind is CustomField.Kind.CHOICE:
        return _choice(one, text)
    if len(text) > LONGEST_TEXT:
        raise ValueError(_("At most %(most)d characters, please.") % {"most": LONGEST_TEXT})
    return text


def _number(value: Any) -> int | float:
    if isinstance(value, bool):
        raise ValueError(_("A number, please."))
    text = str(value).replace(" ", "")
    if "," in text and "." not in text:
        text = text.replace(",", ".")
    try:
        number = Decimal(text if len(text) <= LONGEST_NUMBER else "")
        # An exponent of many digits is a number, and more than any arithmetic.
        is_small = number.is_finite() and abs(number) < LARGEST
    except ArithmeticError:
        is_small = False
    if not is_small:
        raise ValueError(_("A number, please."))
    return int(number) if number == number.to_integral_value() else float(number)


def _date(value: Any) -> str:
    try:
        if not _FOUR_DIGITS.match(str(value)):
            raise ValueError
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise ValueError(_("A date such as 2026-11-20, please.")) from None


def _flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).lower()
    if word not in _YES | _NO:
        raise ValueError(_("Yes or no, please."))
    return word in _YES


def _choice(one: CustomField, text: str) -> str:
    for option in one.options:
        if option.casefold() == text.casefold():
            return str(option)
    raise ValueError(_("One of these, please: %(options)s.") % {"options": ", ".join(one.options)})


@transaction.atomic
def create(wanted: Wanted, *, by: Any) -> CustomField:
    """A new field at the end. Raises NotPossible."""
    _check(wanted)
    if CustomField.objects.filter(archived_at=None).count() >= MOST_FIELDS:
        raise NotPossible(_("At most %(most)d fields, please.") % {"most": MOST_FIELDS})
    last = CustomField.objects.aggregate(last=Max("order"))["last"]
    made = CustomField.objects.create(
        key=_free_key(wanted.name),
        name=wanted.name,
        kind=wanted.kind,
        options=wanted.options,
        order=min((last or 0) + 1, 32_000),
    )
    audit.record("field.created", subject=made.public_id, by=by, after={"name": made.name, "kind": made.kind})
    return made


@transaction.atomic
def change(one: CustomField, wanted: Wanted, *, by: Any) -> None:
    """Another name or other options; the kind stays, as values of it stand in contacts. Raises NotPossible."""
    _check(wanted, but=one.pk)
    before = {"name": one.name, "options": one.options}
    one.name, one.options = wanted.name, wanted.options
    one.save(update_fields=["name", "options"])
    audit.record(
        "field.changed", subject=one.public_id, by=by, before=before, after={"name": one.name, "options": one.options}
    )


@transaction.atomic
def archive(one: CustomField, *, on: bool, by: Any) -> None:
    """Ask for it no more, or again; what stands in contacts stays."""
    one.archived_at = clock.now() if on else None
    one.save(update_fields=["archived_at"])
    audit.record("field.archived" if on else "field.restored", subject=one.public_id, by=by)


@transaction.atomic
def move(one: CustomField, *, up: bool, by: Any) -> None:
    """One place up or down."""
    order = list(CustomField.objects.select_for_update().filter(archived_at=None).order_by("order", "pk"))
    place = next((number for number, other in enumerate(order) if other.pk == one.pk), None)
    target = None if place is None else place + (-1 if up else 1)
    if place is None or target is None or not 0 <= target < len(order):
        return
    order[place], order[target] = order[target], order[place]
    for number, other in enumerate(order):
        other.order = number
    CustomField.objects.bulk_update(order, ["order"])
    audit.record("field.moved", subject=one.public_id, by=by, after={"order": target})


def _check(wanted: Wanted, but: int = 0) -> None:
    if not wanted.name:
        raise NotPossible(_("Give the field a name."))
    if CustomField.objects.filter(archived_at=None, name__iexact=wanted.name).exclude(pk=but).exists():
        raise NotPossible(_("There is a field of that name."))
    if wanted.kind == CustomField.Kind.CHOICE and not wanted.options:
        raise NotPossible(_("Give at least one choice."))
    if len(wanted.options) > MOST_OPTIONS:
        raise NotPossible(_("At most %(most)d choices, please.") % {"most": MOST_OPTIONS})


def _free_key(name: str) -> str:
    base = slugify(name).replace("-", "_")[:50] or "field"
    taken = set(CustomField.objects.filter(key__startswith=base).values_list("key", flat=True))
    return next(key for key in (base, *(f"{base}_{n}" for n in range(2, 10_000))) if key not in taken)
