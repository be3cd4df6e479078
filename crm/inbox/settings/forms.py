"""Which roles see less than all, and what a team is."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_wa.numbers.models import Number
from crm.consent.models import ContactPolicy
from crm.inbox.rights import may_be_narrowed
from tenants.members.models import Member


class SeeingForm(forms.Form):
    """The two rules of crm.inbox.rights."""

    own_only_roles = forms.MultipleChoiceField(
        label=gettext_lazy("See only the conversations given to them or their teams"),
        help_text=gettext_lazy("And only the contacts of these. What nobody has yet is seen by the others."),
        widget=forms.CheckboxSelectMultiple({"class": "form-check-input"}),
        required=False,
    )
    masked_roles = forms.MultipleChoiceField(
        label=gettext_lazy("See phone numbers masked"),
        help_text=gettext_lazy("Everywhere: +55 11 •••••-1234. They can still be found by their last four digits."),
        widget=forms.CheckboxSelectMultiple({"class": "form-check-input"}),
        required=False,
    )

    def __init__(self, *args: Any, policy: ContactPolicy, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("own_only_roles", "masked_roles"):
            field: Any = self.fields[name]
            field.choices = [(one.role, one.label) for one in may_be_narrowed()]
            field.initial = getattr(policy, name)


class TeamForm(forms.Form):
    """One team."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    members = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Members"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple({"class": "form-check-input"}),
        required=False,
    )
    number_ids = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Numbers"),
        help_text=gettext_lazy("Conversations that guests begin over these come to the team."),
        coerce=int,
        widget=forms.CheckboxSelectMultiple({"class": "form-check-input"}),
        required=False,
    )
    takes_turns = forms.BooleanField(
        label=gettext_lazy("In turns"),
        help_text=gettext_lazy(
            "Each new conversation goes to the next member who is not away. Otherwise whoever is first takes it."
        ),
        required=False,
    )

    def __init__(self, *args: Any, people: Sequence[Member], numbers: Sequence[Number], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members: Any = self.fields["members"]
        members.choices = [(one.pk, one.name) for one in people]
        own: Any = self.fields["number_ids"]
        own.choices = [(one.pk, one.display_phone) for one in numbers]

    def clean_name(self) -> str:
        """Without spaces around it."""
        name: str = self.cleaned_data["name"].strip()
        if not name:
            raise forms.ValidationError(_("Give the team a name."))
        return name
