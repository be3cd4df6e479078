"""What is typed about a key."""

from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ops import clock
from ops.addresses import network
from ops.ids import uuid7
from tenants.access.models import ApiKey
from tenants.access.roles import Permission, Rights, known
from tenants.access.words import OF_THE_API, Group, groups_of

MOST_ADDRESSES: Final = 50
MOST_RATE: Final = 1_000_000
CHOSEN: Final = "chosen"
OVERLAPS: Final = {
    0: timedelta(0),
    1: timedelta(hours=1),
    24: timedelta(days=1),
    72: timedelta(days=3),
    168: timedelta(days=7),
}
RATES: Final = ("chat", "admin", "webhook")


class EndField(forms.DateField):
    """The last day of a key; None where it has none."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, input_formats=["%Y-%m-%d"], **options)

    def clean(self, value: Any) -> datetime | None:  # type: ignore[override]
        """The moment at which that day is over, by the salon's clock. Raises ValidationError."""
        day: date | None = super().clean(value)
        if day is None:
            return None
        today = clock.now().astimezone(timezone.get_current_timezone()).date()
        if not today <= day <= today + timedelta(days=3660):
            raise forms.ValidationError(_("Choose today or a later day, at most ten years ahead."))
        return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


class SettingsForm(forms.Form):
    """What of a key can be changed: its name, from where, until when and how often it may be used."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("Which program uses it, e.g. “Website”."),
    )
    addresses = forms.CharField(
        label=gettext_lazy("Only from these addresses"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3, "autocapitalize": "none", "spellcheck": "false"}),
    )
    ends = EndField(
        label=gettext_lazy("Last day"),
        help_text=gettext_lazy("After it the key opens nothing. Empty: it does not end."),
    )
    chat = forms.IntegerField(
        label=gettext_lazy("Messages and conversations, per minute"), required=False, min_value=1, max_value=MOST_RATE
    )
    admin = forms.IntegerField(
        label=gettext_lazy("Everything else, per minute"), required=False, min_value=1, max_value=MOST_RATE
    )
    webhook = forms.IntegerField(
        label=gettext_lazy("Starting flows, per minute"), required=False, min_value=1, max_value=MOST_RATE
    )

    def __init__(self, *args: Any, client: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = _(
            "One a line: an address like 203.0.113.7 or 2001:db8::7, or a network like 203.0.113.0/24. "
            "Empty: from everywhere."
        )
        self.fields["addresses"].help_text = words + (
            " " + _("Yours is %(address)s.") % {"address": client} if client else ""
        )
        self.fields["webhook"].help_text = _("Empty: as the plan says.")

    def clean_name(self) -> str:
        """Something to know it by."""
        name: str = self.cleaned_data["name"].strip()
        if not name or not name.isprintable():
            raise forms.ValidationError(_("Give it a name, on one line."))
        return name

    def clean_addresses(self) -> list[str]:
        """Networks, each once."""
        found = []
        for line in self.cleaned_data["addresses"].replace(",", "\n").split("\n"):
            if not line.strip():
                continue
            try:
                one = network(line)
            except ValueError:
                words = _("“%(line)s” is no address and no network, e.g. 203.0.113.7 or 203.0.113.0/24.")
                raise forms.ValidationError(words % {"line": line.strip()[:60]}) from None
            if one.prefixlen == 0:
                raise forms.ValidationError(
                    _("“%(line)s” is every address: leave the field empty.") % {"line": line.strip()}
                )
            found.append(str(one.network_address) if one.prefixlen == one.max_prefixlen else str(one))
        if len(found) > MOST_ADDRESSES:
            raise forms.ValidationError(_("At most %(most)d, please.") % {"most": MOST_ADDRESSES})
        return list(dict.fromkeys(found))

    def settings(self) -> dict[str, Any]:
        """As the key's columns have it."""
        given = self.cleaned_data
        rates = {name: given[name] for name in RATES if given[name] is not None}
        return {"name": given["name"], "addresses": given["addresses"], "rates": rates, "expires_at": given["ends"]}

    @classmethod
    def of(cls, key: ApiKey, client: str) -> "SettingsForm":
        """Filled with what stands."""
        return cls(
            initial={"name": key.name, "addresses": "\n".join(key.addresses), "ends": last_day(key), **key.rates},
            client=client,
        )


class NewForm(SettingsForm):
    """A new key, and what it may do: no more than whoever makes it."""

    id = forms.UUIDField(widget=forms.HiddenInput)
    may = forms.ChoiceField(
        label=gettext_lazy("What it may do"), error_messages={"invalid_choice": gettext_lazy("Choose one of these.")}
    )
    scopes = forms.MultipleChoiceField(required=False)
    field_order = ("id", "name")

    def __init__(self, *args: Any, roles: list[Rights], permissions: list[Permission], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.groups: list[Group] = groups_of(permissions)
        self.roles = roles
        self.fields["id"].initial = uuid7()
        choices = [(one.role, one.label) for one in roles]
        self.fields["may"].choices = [*choices, (CHOSEN, _("Only what I choose"))]  # type: ignore[attr-defined]
        self.fields["may"].initial = CHOSEN
        self.fields["scopes"].choices = [(one.value, one.value) for one in permissions]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Something is chosen. Raises ValidationError."""
        given = super().clean() or {}
        if given.get("may") == CHOSEN and not given.get("scopes") and "scopes" not in self.errors:
            self.add_error("scopes", _("Choose at least one thing that the key may do."))
        return given

    @property
    def public_id(self) -> UUID:
        """The new key's: a form that is sent twice makes one key."""
        found: UUID = self.cleaned_data["id"]
        return found

    @property
    def role(self) -> str:
        """The role; none where single things were chosen."""
        return "" if self.cleaned_data["may"] == CHOSEN else str(self.cleaned_data["may"])

    @property
    def chosen(self) -> list[str]:
        """The single things."""
        return [] if self.role else sorted(self.cleaned_data["scopes"])


class RotateForm(forms.Form):
    """How long the old key stays good beside the new one."""

    overlap = forms.TypedChoiceField(
        label=gettext_lazy("The old key stays good for"),
        coerce=int,
        initial=24,
        choices=[
            (1, gettext_lazy("one hour")),
            (24, gettext_lazy("one day")),
            (72, gettext_lazy("three days")),
            (168, gettext_lazy("seven days")),
            (0, gettext_lazy("not at all: it ends now")),
        ],
        help_text=gettext_lazy("Then it ends by itself. You can end it sooner."),
    )
    ends = EndField(label=gettext_lazy("Last day of the new key"), help_text=gettext_lazy("Empty: it does not end."))


def last_day(key: ApiKey) -> date | None:
    """The last day on which a key is good, by the salon's clock."""
    return timezone.localtime(key.expires_at - timedelta(microseconds=1)).date() if key.expires_at else None


def offered(held: Rights) -> list[Permission]:
    """What somebody may give to a key."""
    return [permission for permission in OF_THE_API if held.may(permission)]


def within(held: Rights, key: ApiKey) -> bool:
    """Whether somebody holds all that a key does, so that the key itself may come into their hands."""
    return (known(key.scopes) if not key.role else key.rights.permissions) <= held.permissions
