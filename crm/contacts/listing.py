"""The list of contacts: what it is narrowed by, its orders, and pages both ways."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from crm.contacts import filters, segments
from crm.contacts.models import Contact, CustomField
from crm.contacts.search import search

SIZE = 30
SORTS = {"": _("Newest first"), "name": _("By name"), "seen": _("Wrote last")}
PERIODS = (("7", _("7 days")), ("30", _("30 days")), ("90", _("90 days")), ("365", _("A year")))
NAMES = (
    "search",
    "tag",
    "field",
    "value",
    "language",
    "consent",
    "seen",
    "created",
    "blocked",
    "open",
    "segment",
    "sort",
)
_LONGEST_ID = 18


@dataclass(frozen=True, slots=True)
class Given:
    """What the address asks for."""

    values: dict[str, str]

    @classmethod
    def read(cls, query: Any) -> "Given":
        """From a query, each value cut to what could be meant."""
        return cls({name: value for name in NAMES if (value := query.get(name, "").replace("\0", "").strip()[:120])})

    def __getattr__(self, name: str) -> str:
        if name in NAMES:
            return self.values.get(name, "")
        raise AttributeError(name)

    @property
    def is_filtered(self) -> bool:
        """Whether it leaves anybody out."""
        return bool(set(self.values) - {"sort", "value"})

    def query(self, **more: str) -> str:
        """As a part of an address."""
        return urlencode({**self.values, **more})


@dataclass(frozen=True, slots=True)
class Page:
    """Rows, and the ids that the pages before and after them hang on; 0 where there is none."""

    rows: list[Contact]
    before: int
    after: int


def matching(
    given: Given, among: QuerySet[Contact], *, who: Any, fields: list[CustomField] | None = None
) -> QuerySet[Contact]:
    """Whom the list shows to them. `fields`: those in use, where they are known.

    Raises filters.Wrong for a filter that cannot be meant.
    """
    found: QuerySet[Contact] = search(given.values.get("search", ""), among=among)
    segment = segments.by_public_id(given.values["segment"], who) if "segment" in given.values else None
    if segment is not None:
        found = segments.members(segment, among=found)
    elif "segment" in given.values:
        return found.none()
    narrow = as_filter(given)
    if narrow["all"]:
        found = filters.matching(narrow, found, fields=fields)
    return found


def as_filter(given: Given) -> filters.Filter:
    """The list's own filters in the language of segments, so that they mean the same there."""
    values, found = given.values, []
    purpose, _colon, word = values.get("consent", "").partition(":")
    simple = (
        ("tag", "has", values.get("tag")),
        ("language", "is", values.get("language")),
        (f"consent.{purpose}", "is", word or purpose),
        ("created", "within", values.get("created")),
        ("blocked", "is", values.get("blocked")),
        ("open_conversation", "is", values.get("open")),
        (f"field.{values.get('field', '')}", "is", values.get("value") if "field" in values else None),
    )
    found += [{"field": field, "op": op, "value": value} for field, op, value in simple if value]
    if "field" in values and "value" not in values:
        found.append({"field": f"field.{values['field']}", "op": "set"})
    if seen := values.get("seen"):
        found.append({"field": "seen", "op": "never"} if seen == "never" else _seen(seen))
    return {"all": found}


def _seen(seen: str) -> filters.Filter:
    op = "longer_ago" if seen.startswith("-") else "within"
    return {"field": "seen", "op": op, "value": seen.lstrip("-")}


def page(contacts: QuerySet[Contact], *, sort: str, before: str = "", after: str = "") -> Page:
    """A page of them: what comes after the row `before` names, or what stands above the row `after` names."""
    if sort == "seen":
        contacts = contacts.exclude(seen_at=None)
    anchor = _anchor(after or before)
    backwards = bool(after and anchor)
    if anchor is not None:
        contacts = contacts.filter(_beyond(anchor, sort, above=backwards))
    order: tuple[str, ...] = {"name": ("plain_name", "pk"), "seen": ("-seen_at", "-pk")}.get(sort, ("-pk",))
    if backwards:
        order = tuple(name[1:] if name.startswith("-") else f"-{name}" for name in order)
    found = list(contacts.order_by(*order)[: SIZE + 1])
    is_more, rows = len(found) > SIZE, found[:SIZE]
    if backwards:
        rows.reverse()
        return Page(rows, rows[-1].pk if rows else 0, rows[0].pk if is_more and rows else 0)
    return Page(rows, rows[-1].pk if is_more and rows else 0, rows[0].pk if anchor is not None and rows else 0)


def _anchor(text: str) -> Contact | None:
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_ID):
        return None
    return Contact.with_merged.filter(pk=int(text)).first()


def _beyond(row: Contact, sort: str, *, above: bool) -> Q:
    """The rows after this one in the list's order, or those above it. The first condition lets the index be used."""
    if sort == "name":
        word = "lt" if above else "gt"
        same = Q(plain_name=row.plain_name, **{f"pk__{word}": row.pk})
        return Q(**{f"plain_name__{word}e": row.plain_name}) & (Q(**{f"plain_name__{word}": row.plain_name}) | same)
    word = "gt" if above else "lt"
    if sort == "seen" and row.seen_at is not None:
        same = Q(seen_at=row.seen_at, **{f"pk__{word}": row.pk})
        return Q(**{f"seen_at__{word}e": row.seen_at}) & (Q(**{f"seen_at__{word}": row.seen_at}) | same)
    return Q(**{f"pk__{word}": row.pk})
