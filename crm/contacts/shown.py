"""A contact as pages show them."""

from datetime import date, datetime
from typing import Any

from django.db.models import F
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_wa.messages.models import Identity
from crm.contacts import fields as custom
from crm.contacts import tags
from crm.contacts.forms import LANGUAGES, PREFERENCES
from crm.contacts.links import safe_url
from crm.contacts.models import Contact, CustomField
from crm.contacts.names import addresses, name_of, shown
from tenants.audit.models import AuditEntry
from tenants.members.models import Member

# What a change is called.
WORDS = {
    "name": gettext_lazy("Name"),
    "language": gettext_lazy("Language"),
    "birthday": gettext_lazy("Birthday"),
    "preferences": gettext_lazy("Wishes"),
    "tags": gettext_lazy("Tags"),
    "fields": gettext_lazy("Fields"),
    "blocked_at": gettext_lazy("Blocked"),
}
MOST_CHANGES = 20


def row(contact: Contact, address: str, colours: dict[str, str] | None = None) -> dict[str, Any]:
    """A line of the list."""
    known = colours or {}
    return {
        "public_id": contact.public_id,
        "pk": contact.pk,
        "name": name_of(contact, address),
        "address": address,
        "tags": contact.tags,
        "coloured": [{"name": tag, "colour": known.get(tag, "")} for tag in contact.tags],
        "created_at": contact.created_at,
        "seen_at": contact.seen_at,
        "is_blocked": contact.blocked_at is not None,
    }


def about(contact: Contact) -> dict[str, Any]:
    """All that their page says."""
    labels = {"phone": _("Phone"), "bsuid": _("WhatsApp id"), "parent_bsuid": _("WhatsApp id of the group")}
    identities = Identity.with_former.filter(contact_id=contact.pk).order_by(
        F("former_at").desc(nulls_first=True), "pk"
    )
    seen: dict[tuple[str, str, bool], Identity] = {}
    for one in identities:
        seen.setdefault((one.kind, one.value, one.former_at is None), one)
    address = addresses([contact.pk]).get(contact.pk, "")
    return {
        **row(contact, address, tags.colours_of(set(contact.tags))),
        "identities": [
            {
                "label": labels.get(one.kind, one.kind),
                "value": shown(one.kind, one.value),
                "former_at": one.former_at,
            }
            for one in seen.values()
        ],
        "language": dict(LANGUAGES).get(contact.language, contact.language) if contact.language else "",
        "birthday": contact.birthday,
        "wishes": [(label, contact.preferences[key]) for key, label in PREFERENCES if contact.preferences.get(key)],
        "fields": _fields(contact),
        "touches": _touches(contact),
        "blocked_at": contact.blocked_at,
        "version": contact.version,
    }


def changes_since(contact: Contact, version: int) -> list[dict[str, Any]]:
    """Who changed what since a version: each change is a line of the audit log."""
    number = min(max(contact.version - version, 1), MOST_CHANGES)
    lines = AuditEntry.objects.filter(subject=str(contact.public_id), action="contact.changed").order_by("-id")[:number]
    return [change(line, people()) for line in lines]


def people() -> dict[str, str]:
    """Names of members, by public id."""
    return {str(one.public_id): one.name for one in Member.objects.all()}


def change(line: AuditEntry, names: dict[str, str]) -> dict[str, Any]:
    """One line of the audit log: who, when, and each thing before and after."""
    before, after = line.before or {}, line.after or {}
    parts = []
    for name in after:
        old, new = before.get(name), after[name]
        if name in ("fields", "preferences"):
            labels = _labels(name)
            parts += [
                {"label": labels.get(key, key), "before": words(_of(old, key)), "after": words(_of(new, key))}
                for key in sorted({*(old or {}), *(new or {})})
                if _of(old, key) != _of(new, key)
            ]
        else:
            parts.append({"label": WORDS.get(name, name), "before": words(old), "after": words(new)})
    by = names.get(line.actor) or {"apikey": _("A program"), "system": _("The system")}.get(line.actor_kind, "")
    return {"by": by, "at": line.at, "parts": parts}


def words(value: Any) -> str:
    """A value for people."""
    if value is None or value in ("", []):
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, date | datetime):
        return str(formats.date_format(value))
    return str(value)


def _of(values: Any, key: str) -> Any:
    return values.get(key) if isinstance(values, dict) else None


def _labels(name: str) -> dict[str, Any]:
    if name == "preferences":
        return dict(PREFERENCES)
    return dict(CustomField.objects.values_list("key", "name"))


def _fields(contact: Contact) -> list[tuple[str, str]]:
    """The salon's fields in their order, then words of programs."""
    known = custom.live()
    found = [(one.name, _value(one, contact.fields[one.key])) for one in known if one.key in contact.fields]
    keys = {one.key for one in known}
    return [*found, *((key, words(value)) for key, value in sorted(contact.fields.items()) if key not in keys)]


def _value(one: CustomField, value: Any) -> str:
    if one.kind == CustomField.Kind.DATE:
        try:
            return str(formats.date_format(date.fromisoformat(str(value))))
        except ValueError:
            return str(value)
    return words(value)


def _touches(contact: Contact) -> list[dict[str, Any]]:
    """The ads by which they came, each once."""
    first, last = contact.touches["first"], contact.touches["last"]
    found = [(_("First came by"), first), (_("Last came by"), last)] if first != last else [(_("Came by"), first)]
    return [
        {
            "label": label,
            "name": touch.get("headline") or touch.get("source_id") or touch.get("source_type") or _("An ad"),
            "url": safe_url(touch.get("source_url")),
            "at": datetime.fromisoformat(touch["at"]) if touch.get("at") else None,
            "click": touch.get("ctwa_clid", ""),
        }
        for label, touch in found
        if touch
    ]
