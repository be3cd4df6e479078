"""A filter as rows that people fill in, and back: what can be asked of each field, and how its value is given."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.dates import MONTHS
from django.utils.translation import gettext as _

from crm.consent.models import Purpose
from crm.contacts import fields as custom
from crm.contacts import tags
from crm.contacts.filters import Filter
from crm.contacts.forms import LANGUAGES
from crm.contacts.models import CustomField

MOST_ROWS = 20
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Askable:
    """A field of the language: its name, what can be asked, and how the value of each question is given."""

    name: str
    label: str
    ops: list[Pair]
    # By question: text, number, days, date, choice, tag or nothing.
    inputs: dict[str, str]
    options: list[Pair] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the page."""

    number: int
    asked: Askable
    op: str
    value: str
    is_not: bool

    @property
    def input(self) -> str:
        """How its value is given."""
        return self.asked.inputs.get(self.op, "text")


def askable() -> list[Askable]:
    """All fields there are, in the reader's language."""
    yes_no = [("true", _("Yes")), ("false", _("No"))]
    days = {"within": "days", "longer_ago": "days"}
    said = [("granted", _("agreed")), ("revoked", _("stopped")), ("never", _("never said"))]
    found = [
        Askable("tag", _("Tag"), [("has", _("is")), ("has_not", _("is not"))], {"has": "tag", "has_not": "tag"}),
        Askable("name", _("Name"), [("contains", _("contains"))], {"contains": "text"}),
        Askable(
            "seen",
            _("Wrote last"),
            [("within", _("within days")), ("longer_ago", _("longer ago than days")), ("never", _("never"))],
            {**days, "never": "nothing"},
        ),
        Askable(
            "created",
            _("Contact since"),
            [
                ("within", _("within days")),
                ("longer_ago", _("longer ago than days")),
                ("since", _("on or after")),
                ("until", _("on or before")),
            ],
            {**days, "since": "date", "until": "date"},
        ),
        Askable(
            "birthday",
            _("Birthday"),
            [("month", _("in the month")), ("within", _("within the next days")), ("not_set", _("is not known"))],
            {"month": "choice", "within": "days", "not_set": "nothing"},
            [(str(number), str(name)) for number, name in MONTHS.items()],
        ),
        Askable(
            "language", _("Language"), [("is", _("is"))], {"is": "choice"}, [(a, str(b)) for a, b in LANGUAGES[1:]]
        ),
        *(
            Askable(f"consent.{one.value}", str(one.label), [("is", _("the guest"))], {"is": "choice"}, said)
            for one in Purpose
        ),
        Askable("open_conversation", _("Has an open conversation"), [("is", _("is"))], {"is": "choice"}, yes_no),
        Askable(
            "conversations",
            _("Conversations"),
            [("at_least", _("at least")), ("at_most", _("at most"))],
            {"at_least": "number", "at_most": "number"},
        ),
    ]
    if stages := _stages():
        found.append(Askable("stage", _("Has a deal in"), [("is", _("the stage"))], {"is": "choice"}, stages))
    return [*found, *(_of_field(one) for one in custom.live())]


def read(given: Mapping[str, str]) -> tuple[str, list[Row]]:
    """ "all" or "any", and the rows of a form; a row without a field is left out."""
    known = {one.name: one for one in askable()}
    rows: list[Row] = []
    for number in range(MOST_ROWS):
        asked = known.get(given.get(f"field-{number}", ""))
        if asked is None or given.get("drop") == str(number):
            continue
        op = given.get(f"op-{number}", "")
        op = op if op in dict(asked.ops) else asked.ops[0][0]
        value = given.get(f"value-{number}", "").strip()
        if asked.inputs[op] == "choice" and value not in dict(asked.options):
            value = asked.options[0][0] if asked.options else ""
        rows.append(Row(len(rows), asked, op, value, given.get(f"not-{number}") == "1"))
    if (more := known.get(given.get("more", ""))) and len(rows) < MOST_ROWS:
        first = more.options[0][0] if more.inputs[more.ops[0][0]] == "choice" and more.options else ""
        rows.append(Row(len(rows), more, more.ops[0][0], first, False))
    return ("any" if given.get("match") == "any" else "all"), rows


def to_filter(match: str, rows: list[Row]) -> Filter:
    """The rows in the language of filters; one whose value is still missing says so when it is read."""
    found: list[Filter] = []
    for row in rows:
        one: Filter = {"field": row.asked.name, "op": row.op}
        if row.input != "nothing":
            one["value"] = int(row.value) if row.input in ("days", "number") and row.value.isdecimal() else row.value
        found.append({"not": one} if row.is_not else one)
    return {match: found} if found else {}


def from_filter(filter: Filter) -> tuple[str, list[Row]] | None:
    """The rows of a filter; None for one that is more than rows can say (a program made it)."""
    if not filter:
        return "all", []
    match = next(iter(filter))
    parts = filter[match] if match in ("all", "any") and len(filter) == 1 else [filter]
    known, rows = {one.name: one for one in askable()}, []
    for number, part in enumerate(parts if isinstance(parts, list) else [None]):
        is_not = isinstance(part, dict) and set(part) == {"not"}
        one = part["not"] if is_not else part
        asked = known.get(one.get("field", "")) if isinstance(one, dict) else None
        if asked is None or one.get("op") not in dict(asked.ops) or number >= MOST_ROWS:
            return None
        rows.append(Row(number, asked, one["op"], str(one.get("value", "")), is_not))
    return (match if match in ("all", "any") else "all"), rows


def tag_names() -> list[str]:
    """What a tag is chosen from."""
    return tags.names()


def _of_field(one: CustomField) -> Askable:
    given = [("set", _("is known")), ("not_set", _("is not known"))]
    nothing = {"set": "nothing", "not_set": "nothing"}
    kind, name = CustomField.Kind(one.kind), f"field.{one.key}"
    compared = [("is", _("is")), ("at_least", _("at least")), ("at_most", _("at most"))]
    if kind is CustomField.Kind.CHOICE:
        options = [(option, option) for option in one.options]
        return Askable(name, one.name, [("is", _("is")), *given], {"is": "choice", **nothing}, options)
    if kind is CustomField.Kind.FLAG:
        options = [("true", _("Yes")), ("false", _("No"))]
        return Askable(name, one.name, [("is", _("is")), *given], {"is": "choice", **nothing}, options)
    if kind in (CustomField.Kind.NUMBER, CustomField.Kind.DATE):
        how = "date" if kind is CustomField.Kind.DATE else "decimal"
        return Askable(name, one.name, [*compared, *given], {**{op: how for op, _words in compared}, **nothing})
    ops = [("contains", _("contains")), ("is", _("is")), *given]
    return Askable(name, one.name, ops, {"contains": "text", "is": "text", **nothing})


def _stages() -> list[Pair]:
    from crm.deals.models import Stage  # deals are built on contacts, not the other way round

    stages = Stage.objects.select_related("pipeline").order_by("pipeline_id", "order", "pk")[:200]
    return [(str(one.public_id), f"{one.pipeline.name}: {one.name}") for one in stages]
