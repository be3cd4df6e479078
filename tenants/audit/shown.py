"""Acts of the log as people read them: who, what, and each value before and after."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.apps import apps
from django.conf import settings
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from tenants.audit.models import AuditEntry
from tenants.audit.words import ACTS
from tenants.audit.words.labels import LABELS

LONGEST = 300
DEEPEST = 2


class Change(NamedTuple):
    """One value."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One act."""

    entry: AuditEntry
    what: str
    who: str
    changes: list[Change]
    thing: str
    link: str

    @property
    def is_operator(self) -> bool:
        """Whether the platform's staff did it."""
        return bool(self.entry.operator)


def shown(entries: Sequence[AuditEntry]) -> list[Shown]:
    """The acts of a page; of each kind of things it is asked once which of them are still there."""
    links = _links(entries)
    return [
        Shown(one, act_words(one.action), who_words(one), changes(one.before, one.after), _thing(one), links.get(
            (_kind(one), one.subject), ""
        ))
        for one in entries
    ]  # fmt: skip


def act_words(action: str) -> str:
    """What was done."""
    return str(ACTS.get(action, action))


def who_words(entry: AuditEntry) -> str:
    """Who did it, as they were called then."""
    if entry.actor_kind == "operator":
        return _("Cadeira support (%(email)s)") % {"email": entry.operator}
    if entry.actor_kind == "system":
        return _("The system")
    if entry.actor_kind == "contact":
        return _("A guest")
    if entry.actor_kind == "apikey":
        return _("The program %(name)s") % {"name": entry.actor_name} if entry.actor_name else _("A program")
    return entry.actor_name or _("Somebody of the team")


def changes(before: Any, after: Any) -> list[Change]:
    """Each value that stands in either."""
    was, becomes = _flat(before), _flat(after)
    return [
        Change(label_of(name), words(was.get(name)), words(becomes.get(name)))
        for name in dict.fromkeys([*was, *becomes])
        if was.get(name) != becomes.get(name) or name not in was or name not in becomes
    ]


def label_of(name: str) -> str:
    """What a value is called; of an unknown one its own name."""
    first, _dot, rest = name.partition(".")
    label = str(LABELS.get(first, first.replace("_", " ").strip().capitalize()))
    return f"{label}: {rest.replace('_', ' ')}" if rest else label


def words(value: Any) -> str:
    """A value for people."""
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        return _short(", ".join(words(one) for one in value))
    if isinstance(value, dict):
        return _short(", ".join(f"{name}: {words(one)}" for name, one in value.items()))
    moment = _moment(value)
    return str(formats.date_format(moment, "SHORT_DATETIME_FORMAT")) if moment else _short(str(value))


def _flat(value: Any, before: str = "", depth: int = 0) -> dict[str, Any]:
    if not isinstance(value, dict):
        return {} if value is None else {before or "value": value}
    found: dict[str, Any] = {}
    for name, one in value.items():
        path = f"{before}.{name}" if before else str(name)
        if isinstance(one, dict) and one and depth + 1 < DEEPEST:
            found |= _flat(one, path, depth + 1)
        else:
            found[path] = one
    return found


def _moment(value: Any) -> datetime | None:
    if not isinstance(value, str) or "T" not in value:
        return None
    try:
        moment = parse_datetime(value)
    except ValueError:
        return None
    return timezone.localtime(moment) if moment is not None and moment.tzinfo else None


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _kind(entry: AuditEntry) -> str:
    # What programs did stands under a name of its own ("api.flow.published").
    return entry.action.removeprefix("api.").partition(".")[0]


def _thing(entry: AuditEntry) -> str:
    for values in (entry.after, entry.before):
        if isinstance(values, dict) and isinstance(values.get("name"), str):
            return _short(values["name"])
    return ""


def _links(entries: Sequence[AuditEntry]) -> dict[tuple[str, str], str]:
    """(kind, subject) -> address, of what is still there (settings.AUDIT_LINKS)."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for one in entries:
        if _kind(one) in settings.AUDIT_LINKS and len(one.subject) == 36:
            wanted[_kind(one)].add(one.subject)
    found = {}
    for kind, subjects in wanted.items():
        model, url_name = settings.AUDIT_LINKS[kind]
        rows: Any = apps.get_model(model)._default_manager
        for public_id in rows.filter(public_id__in=subjects).values_list("public_id", flat=True):
            found[kind, str(public_id)] = reverse(url_name, args=[public_id])
    return found
