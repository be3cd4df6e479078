"""Forms that know what their page showed, so that of two people who edit at once neither overwrites the other.

The page carries what it showed. If the row is another by the time it is saved, what only the other changed is taken
over, what was typed here is kept in the form, and the page says what the other changed (409). The next try is made
over what the other wrote.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from ops import untrusted
from tenants.audit.models import AuditEntry
from tenants.members.models import Member


@dataclass(frozen=True, slots=True)
class Clash:
    """A field that somebody else changed meanwhile."""

    label: str
    theirs: str
    # Something else is typed here; otherwise theirs stands in the form now.
    is_kept: bool


class SeenForm(forms.Form):
    """`known` are the values of the row as plain JSON; `shown` stands in the form instead."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=500_000, strip=False)

    def __init__(
        self,
        data: Any = None,
        *,
        known: Mapping[str, Any],
        version: int | None = None,
        shown: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> None:
        initial = {**known, **(shown or {}), "version": version, "seen": json.dumps(known)}
        super().__init__(data, initial=initial, **options)

    @property
    def asked(self) -> list[str]:
        """The fields that people see."""
        return [name for name in self.fields if name not in ("version", "seen")]

    def values(self) -> dict[str, Any]:
        """What was asked, clean."""
        return {name: self.cleaned_data[name] for name in self.asked if name in self.cleaned_data}

    def was_shown(self) -> dict[str, Any]:
        """What the page showed; nothing where it does not say."""
        try:
            found = untrusted.loads(self.data.get(self.add_prefix("seen"), "") or "{}")
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    def is_as(self, known: Mapping[str, Any]) -> bool:
        """Whether what was typed is what is there: it was sent twice."""
        return not any(self._differs(name, known.get(name)) for name in self.asked)

    def merged(self, known: Mapping[str, Any]) -> tuple[dict[str, Any], list[Clash]]:
        """What stands in the form over the row as it is now, and what the other changed."""
        seen, shown, clashes = self.was_shown(), {}, []
        for name in self.asked:
            mine = name not in seen or self._differs(name, seen[name])
            shown[name] = self._raw(name) if mine else known.get(name)
            if seen.get(name) != known.get(name):
                kept = mine and self._differs(name, known.get(name))
                clashes.append(Clash(str(self.fields[name].label), self._words(name, known.get(name)), kept))
        return shown, clashes

    def _raw(self, name: str) -> Any:
        return self.fields[name].widget.value_from_datadict(self.data, self.files, self.add_prefix(name))

    def _differs(self, name: str, value: Any) -> bool:
        field = self.fields[name]
        if isinstance(field, forms.DateField | forms.TimeField | forms.DecimalField) and isinstance(value, str):
            try:
                value = field.to_python(value)
            except forms.ValidationError:
                return True
        return bool(field.has_changed(value, self._raw(name)))

    def _words(self, name: str, value: Any) -> str:
        field: Any = self.fields[name]
        if hasattr(field, "words"):
            return str(field.words(value))
        if isinstance(field, forms.BooleanField):
            return _("Yes") if value else _("No")
        if isinstance(field, forms.ChoiceField):
            choices: Any = field.choices
            labels = {str(key): str(label) for key, label in choices}
            given = value if isinstance(value, list) else [value]
            return ", ".join(labels.get(str(one), str(one)) for one in given if one not in (None, "")) or "—"
        return str(value) if value not in (None, "") else "—"


def by_whom(subject: object) -> str:
    """Who changed it last; empty for a program."""
    entry = AuditEntry.objects.filter(subject=str(subject), actor_kind="member").order_by("-pk").first()
    if entry is None:
        return ""
    return str(Member.objects.filter(public_id=entry.actor).values_list("name", flat=True).first() or "")
