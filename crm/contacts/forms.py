"""What people type about a contact."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.contacts import fields as custom
from crm.contacts.models import Contact, CustomField
from crm.contacts.phones import read_phone
from ops import clock

LANGUAGES = (("", gettext_lazy("Not known")), ("pt_BR", "Português"), ("en", "English"), ("es", "Español"))
# What the team notes of a guest's wishes, in `Contact.preferences`.
PREFERENCES = (
    ("time", gettext_lazy("Times that suit them")),
    ("with", gettext_lazy("Likes to be served by")),
    ("note", gettext_lazy("Good to know")),
)
PREFIX, WISH = "field_", "wish_"


class DetailsForm(forms.Form):
    """Name, language, birthday, wishes and the salon's own fields."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120, required=False)
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=LANGUAGES, required=False)
    birthday = forms.DateField(
        label=gettext_lazy("Birthday"),
        required=False,
        widget=forms.DateInput({"type": "date", "min": "1900-01-01"}, format="%Y-%m-%d"),
    )
    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, contact: Contact) -> None:
        self.contact, self.known = contact, custom.live()
        initial: dict[str, Any] = {
            "name": contact.name,
            "language": contact.language,
            "birthday": contact.birthday,
            "version": contact.version,
        }
        super().__init__(data, initial=initial, auto_id="details-%s")
        if contact.language and contact.language not in dict(LANGUAGES):
            self.fields["language"].choices = [*LANGUAGES, (contact.language, contact.language)]  # type: ignore[attr-defined]
        for key, label in PREFERENCES:
            self.fields[f"{WISH}{key}"] = forms.CharField(
                label=label, max_length=500, required=False, initial=contact.preferences.get(key, "")
            )
        for one in self.known:
            self.fields[f"{PREFIX}{one.key}"] = _field_of(one, contact.fields.get(one.key))

    def clean_birthday(self) -> date | None:
        """A day that was."""
        day: date | None = self.cleaned_data["birthday"]
        if day is not None and not date(1900, 1, 1) <= day <= clock.now().date():
            raise forms.ValidationError(_("A day from 1900 until today, please."))
        return day

    def clean(self) -> dict[str, Any]:
        """Each of the salon's fields as its kind wants it."""
        given: dict[str, Any] = super().clean() or {}
        for one in self.known:
            name = f"{PREFIX}{one.key}"
            if name in given:
                try:
                    given[name] = custom.value_of(one, given[name])
                except ValueError as error:
                    self.add_error(name, str(error))
        return given

    def values(self) -> dict[str, Any]:
        """What to set; of wishes and fields only what was changed, so that others keep theirs."""
        given, contact = self.cleaned_data, self.contact
        wishes = {key: given[f"{WISH}{key}"].strip() for key, _label in PREFERENCES}
        values: dict[str, Any] = {
            "name": " ".join(given["name"].split()),
            "language": given["language"],
            "birthday": given["birthday"],
            "preferences": {
                key: value for key, value in {**contact.preferences, **wishes}.items() if value not in ("", None)
            },
        }
        typed = {one.key: given[f"{PREFIX}{one.key}"] for one in self.known}
        values["fields"] = {key: value for key, value in typed.items() if contact.fields.get(key) != value}
        return values


class NewContactForm(forms.Form):
    """A guest who has not written yet."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120, required=False)
    phone = forms.CharField(
        label=gettext_lazy("Phone"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("As you write it; with + and country code for other countries."),
        widget=forms.TextInput({"type": "tel", "autocomplete": "off"}),
    )

    def __init__(self, data: Any, *, country: str) -> None:
        super().__init__(data, auto_id="new-%s")
        self.country = country

    def clean_phone(self) -> str:
        """In E.164, by the salon's country."""
        text: str = self.cleaned_data["phone"]
        if not text:
            return ""
        phone = read_phone(text, self.country)
        if phone is None:
            raise forms.ValidationError(_("This is no phone number. For another country, begin with + and its code."))
        return phone

    def clean(self) -> dict[str, Any]:
        """There must be something to know the person by."""
        given: dict[str, Any] = super().clean() or {}
        if not self.errors and not given.get("name") and not given.get("phone"):
            raise forms.ValidationError(_("Write a name or a phone number."))
        return given


class CustomFieldForm(forms.Form):
    """One of the salon's own fields."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    kind = forms.ChoiceField(
        label=gettext_lazy("What it holds"),
        choices=(
            ("text", gettext_lazy("Text")),
            ("number", gettext_lazy("Number")),
            ("date", gettext_lazy("Date")),
            ("choice", gettext_lazy("One of several choices")),
            ("flag", gettext_lazy("Yes or no")),
        ),
        required=False,
    )
    options = forms.CharField(
        label=gettext_lazy("Choices"),
        help_text=gettext_lazy("One in each line; only for a field of choices."),
        widget=forms.Textarea({"rows": 3}),
        max_length=6000,
        required=False,
    )

    def wanted(self, kind: str = "") -> custom.Wanted:
        """What was described; `kind` is that of a field that stands already."""
        given = self.cleaned_data
        options = list(dict.fromkeys(line.strip()[:80] for line in given["options"].splitlines() if line.strip()))
        kind = kind or given["kind"] or CustomField.Kind.TEXT
        name = " ".join(given["name"].split())
        return custom.Wanted(name, kind, options if kind == CustomField.Kind.CHOICE else [])


def _field_of(one: CustomField, value: Any) -> forms.Field:
    kind = CustomField.Kind(one.kind)
    if kind is CustomField.Kind.FLAG:
        choices = [("", _("Not said")), ("true", _("Yes")), ("false", _("No"))]
        initial = "" if value is None else str(value).lower()
        return forms.ChoiceField(label=one.name, choices=choices, initial=initial, required=False)
    if kind is CustomField.Kind.CHOICE:
        options = [*one.options, *([value] if isinstance(value, str) and value not in one.options else [])]
        choices = [("", "—"), *((option, option) for option in options)]
        return forms.ChoiceField(label=one.name, choices=choices, initial=value, required=False)
    widgets: dict[CustomField.Kind, forms.Widget] = {
        CustomField.Kind.DATE: forms.TextInput({"type": "date"}),
        CustomField.Kind.NUMBER: forms.TextInput({"inputmode": "decimal"}),
    }
    widget = widgets.get(kind, forms.TextInput({"maxlength": custom.LONGEST_TEXT}))
    return forms.CharField(label=one.name, initial=value, required=False, widget=widget, max_length=custom.LONGEST_TEXT)
