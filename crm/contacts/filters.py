"""Which contacts: a small language that lists, segments, flows and campaigns share.

    {"all": [{"field": "tag", "op": "has", "value": "vip"},
             {"any": [{"field": "seen", "op": "within", "value": 30},
                      {"not": {"field": "consent.marketing", "op": "is", "value": "revoked"}}]}]}

`{}` is everybody. `where` makes one condition of it (a Q over contacts), which indexes answer where there is one.
FIELDS names what there is; `field.<key>` is a custom field, `consent.<purpose>` a purpose.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, JSONField, OuterRef, Q, Value
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.lookups import GreaterThanOrEqual, IContains, LessThanOrEqual
from django.utils import timezone
from django.utils.translation import gettext as _

from channels_wa.messages.models import Identity
from crm.consent.models import Consent, Purpose
from crm.contacts import fields as custom
from crm.contacts.models import Contact, CustomField
from crm.contacts.models.contact import Plain, ValuesText
from ops import clock

MOST_CONDITIONS = 30
DEEPEST = 4
MOST_DAYS = 3660
LONGEST = 200
Filter = dict[str, Any]


class Wrong(ValueError):
    """A filter that is none; the words say why, `place` which condition it is."""

    def __init__(self, place: str, words: str) -> None:
        super().__init__(f"{place}: {words}" if place else words)
        self.place, self.words = place, words


@dataclass(frozen=True, slots=True)
class Leaf:
    """One condition, read."""

    field: str
    op: str
    value: Any
    place: str

    def wrong(self, words: str) -> Wrong:
        """It cannot be meant."""
        return Wrong(self.place, words)

    def number(self, least: int, most: int) -> int:
        """Its value as a whole number. Raises Wrong."""
        try:
            number = int(str(self.value))
        except ValueError:
            number = least - 1
        if isinstance(self.value, bool) or not least <= number <= most:
            raise self.wrong(_("A number from %(least)d to %(most)d, please.") % {"least": least, "most": most})
        return number

    def text(self) -> str:
        """Its value as words. Raises Wrong."""
        if not isinstance(self.value, str) or not self.value.strip() or len(self.value) > LONGEST or "\0" in self.value:
            raise self.wrong(_("Some words, please."))
        return self.value.strip()

    def day(self) -> date:
        """Its value as a day. Raises Wrong."""
        try:
            return date.fromisoformat(str(self.value))
        except ValueError:
            raise self.wrong(_("A date such as 2026-11-20, please.")) from None

    def flag(self) -> bool:
        """Its value as yes or no. Raises Wrong."""
        if str(self.value).lower() not in ("true", "false"):
            raise self.wrong(_("Yes or no, please."))
        return str(self.value).lower() == "true"


Maker = Callable[[Leaf], Q]


def where(filter: Filter, *, fields: list[CustomField] | None = None) -> Q:
    """The condition. Raises Wrong."""
    if not filter:
        return Q()
    conditions = list(leaves(filter))
    if len(conditions) > MOST_CONDITIONS:
        raise Wrong("", _("At most %(most)d conditions, please.") % {"most": MOST_CONDITIONS})
    if fields is None and any(str(one["field"]).startswith("field.") for one in conditions):
        fields = custom.live()
    known = {one.key: one for one in fields or []}
    return _where(filter, known, "", 1)


def leaves(filter: Any, depth: int = 1) -> Iterator[Filter]:
    """All conditions, wherever they stand; what is no filter has none."""
    if not isinstance(filter, dict) or depth > DEEPEST + 1:
        return
    if "field" in filter:
        yield filter
    for inner in (*_list(filter.get("all")), *_list(filter.get("any")), *_list(filter.get("not"))):
        yield from leaves(inner, depth + 1)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _where(given: Any, known: dict[str, CustomField], place: str, depth: int) -> Q:
    if not isinstance(given, dict) or depth > DEEPEST:
        raise Wrong(place, _("This is no condition."))
    names = set(given)
    if names == {"not"}:
        return ~_where(given["not"], known, f"{place}.not".lstrip("."), depth + 1)
    if names in ({"all"}, {"any"}):
        word = names.pop()
        if not isinstance(given[word], list):
            raise Wrong(place, _("This is no list of conditions."))
        found = Q()
        for number, inner in enumerate(given[word]):
            one = _where(inner, known, f"{place}.{word}.{number}".lstrip("."), depth + 1)
            found = found & one if word == "all" else found | one
        return found
    if not names <= {"field", "op", "value"} or not {"field", "op"} <= names:
        raise Wrong(place, _("This is no condition."))
    leaf = Leaf(str(given["field"]), str(given["op"]), given.get("value"), place)
    head, _dot, rest = leaf.field.partition(".")
    if head == "field":
        if rest not in known:
            raise leaf.wrong(_("There is no such field."))
        return _custom(leaf, known[rest])
    makers = FIELDS.get("consent" if head == "consent" else leaf.field)
    if makers is None:
        raise leaf.wrong(_("There is no such field."))
    if leaf.op not in makers:
        raise leaf.wrong(_("This cannot be asked of it."))
    return makers[leaf.op](leaf)


def _consent(leaf: Leaf) -> Q:
    purpose = leaf.field.partition(".")[2]
    if purpose not in Purpose.values:
        raise leaf.wrong(_("There is no such purpose."))
    revoked, granted = (_said(purpose, state) for state in ("revoked", "granted"))
    # A stop outweighs what other identities of the person agreed to (crm.consent.queries).
    by_word = {"granted": granted & ~revoked, "revoked": revoked, "never": ~granted & ~revoked}
    if str(leaf.value) not in by_word:
        raise leaf.wrong(_("Choose what they said."))
    return by_word[str(leaf.value)]


def _said(purpose: str, state: str) -> Q:
    same = {name: OuterRef(name) for name in ("portfolio", "kind", "value")}
    word = Consent.objects.filter(**same, purpose=purpose, state=state)
    return Q(pk__in=Identity.objects.filter(Exists(word)).values("contact_id"))


def _within(column: str) -> Maker:
    def make(leaf: Leaf) -> Q:
        return Q(**{f"{column}__gte": clock.now() - timedelta(days=leaf.number(1, MOST_DAYS))})

    return make


def _longer_ago(column: str) -> Maker:
    def make(leaf: Leaf) -> Q:
        return Q(**{f"{column}__lt": clock.now() - timedelta(days=leaf.number(1, MOST_DAYS))})

    return make


def _birthday_month(leaf: Leaf) -> Q:
    return Q(birthday__month=leaf.number(1, 12))


def _birthday_within(leaf: Leaf) -> Q:
    """From today on, so many days; who was born on a leap day has it on the 28th in other years."""
    today = clock.now().astimezone(timezone.get_current_timezone()).date()
    days = [today + timedelta(days=ahead) for ahead in range(leaf.number(0, 366) + 1)]
    by_month: dict[int, set[int]] = {}
    for day in days:
        by_month.setdefault(day.month, set()).add(day.day)
        if (day.month, day.day) == (2, 28) and (day + timedelta(days=1)).month == 3:
            by_month[2].add(29)
    found = Q(pk__in=[])
    for month, numbers in by_month.items():
        found |= Q(birthday__month=month, birthday__day__in=sorted(numbers))
    return found


def _stage(leaf: Leaf) -> Q:
    from crm.deals.models import Deal  # deals are built on contacts, not the other way round

    try:
        stage = UUID(str(leaf.value))
    except ValueError:
        raise leaf.wrong(_("Choose a stage.")) from None
    return Q(pk__in=Deal.objects.filter(stage__public_id=stage, closed_at=None).values("contact_id"))


def _open(leaf: Leaf) -> Q:
    from crm.inbox.models import Conversation  # as above

    found = Q(pk__in=Conversation.objects.filter(closed_at=None).values("contact_id"))
    return found if leaf.flag() else ~found


def _talks(at_least: bool) -> Maker:
    def make(leaf: Leaf) -> Q:
        from crm.inbox.models import Conversation  # as above

        number = leaf.number(0, 10_000)
        counted = Conversation.objects.values("contact_id").annotate(n=Count("pk"))
        many = Q(pk__in=counted.filter(n__gte=number if at_least else number + 1).values("contact_id"))
        if at_least:
            return many if number else Q()
        return ~many

    return make


def _custom(leaf: Leaf, one: CustomField) -> Q:
    kind = CustomField.Kind(one.kind)
    there = Q(fields__has_key=one.key)
    if leaf.op in ("set", "not_set"):
        return there if leaf.op == "set" else ~there
    if leaf.op == "contains" and kind is CustomField.Kind.TEXT:
        # An expression: a key may be called like a lookup.
        return Q(IContains(KeyTextTransform(one.key, "fields"), leaf.text())) & _stands_there(leaf.text())
    try:
        value = custom.value_of(one, leaf.value)
    except ValueError as error:
        raise leaf.wrong(str(error)) from error
    if value is None:
        raise leaf.wrong(_("Some words, please."))
    if leaf.op == "is":
        found = Q(fields__contains={one.key: value})
        return found & _stands_there(value) if isinstance(value, str) else found
    if leaf.op in ("at_least", "at_most") and kind in (CustomField.Kind.NUMBER, CustomField.Kind.DATE):
        compared = GreaterThanOrEqual if leaf.op == "at_least" else LessThanOrEqual
        return there & Q(compared(KeyTransform(one.key, "fields"), Value(value, JSONField())))
    raise leaf.wrong(_("This cannot be asked of it."))


def _stands_there(text: str) -> Q:
    """What the index on values (contact_values) finds of it: nearly nobody else has to be looked at."""
    if len(text) < 3 or not text.isprintable() or set(text) & set('"\\'):
        return Q()
    return Q(values_text__contains=Plain(Value(text)))


def _blocked(leaf: Leaf) -> Q:
    return Q(blocked_at__isnull=not leaf.flag())


FIELDS: dict[str, dict[str, Maker]] = {
    "tag": {
        "has": lambda leaf: Q(tags__contains=[leaf.text()]),
        "has_not": lambda leaf: ~Q(tags__contains=[leaf.text()]),
    },
    "name": {"contains": lambda leaf: Q(plain_name__contains=Plain(Value(leaf.text())))},
    "language": {"is": lambda leaf: Q(language__iexact=leaf.text()[:10])},
    "consent": {"is": _consent},
    "seen": {
        "within": _within("seen_at"),
        "longer_ago": _longer_ago("seen_at"),
        "never": lambda _leaf: Q(seen_at=None),
    },
    "created": {
        "within": _within("created_at"),
        "longer_ago": _longer_ago("created_at"),
        "since": lambda leaf: Q(created_at__date__gte=leaf.day()),
        "until": lambda leaf: Q(created_at__date__lte=leaf.day()),
    },
    "birthday": {"month": _birthday_month, "within": _birthday_within, "not_set": lambda _leaf: Q(birthday=None)},
    "blocked": {"is": _blocked},
    "stage": {"is": _stage},
    "open_conversation": {"is": _open},
    "conversations": {"at_least": _talks(True), "at_most": _talks(False)},
}


def matching(filter: Filter, among: Any = None, *, fields: list[CustomField] | None = None) -> Any:
    """Contacts (of `among`, else all) whom it means. Raises Wrong."""
    contacts = Contact.objects.all() if among is None else among
    return contacts.alias(values_text=ValuesText(F("fields"))).filter(where(filter, fields=fields))
