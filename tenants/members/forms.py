"""What is typed about people and roles."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenants.access.roles import Rights
from tenants.members.custom_roles import GIVABLE, LONGEST_NAME


def _choices(roles: Sequence[Rights]) -> list[tuple[str, str]]:
    return [(one.role, one.label) for one in roles]


class RoleChoice(forms.Form):
    """Which role somebody has."""

    role = forms.ChoiceField(label=gettext_lazy("Role"))

    def __init__(self, *args: Any, roles: Sequence[Rights], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["role"]
        field.choices = _choices(roles)
        field.error_messages["invalid_choice"] = _("You cannot give this role: choose one of the list.")


class InviteForm(RoleChoice):
    """Who is to come, and as what."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        max_length=254,
        help_text=gettext_lazy("We write to this address. The link in the e-mail is good for seven days, and once."),
    )
    field_order = ("email", "role")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].widget.attrs["autocomplete"] = "off"


class NewRoleForm(forms.Form):
    """A role that begins as a copy of another."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=LONGEST_NAME)
    like = forms.ChoiceField(
        label=gettext_lazy("Begins like"), help_text=gettext_lazy("You choose on the next page what it may do.")
    )

    def __init__(self, *args: Any, roles: Sequence[Rights], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["like"]
        field.choices = _choices(roles)


class RoleForm(forms.Form):
    """What a role is called, and may do."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=LONGEST_NAME)
    permissions = forms.MultipleChoiceField(
        required=False, choices=lambda: [(one.value, one.value) for one in sorted(GIVABLE)]
    )
