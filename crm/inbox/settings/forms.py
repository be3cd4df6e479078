"""Which roles see less than all."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from crm.consent.models import ContactPolicy
from crm.inbox.rights import may_be_narrowed


class SeeingForm(forms.Form):
    """The two rules of crm.inbox.rights."""

    own_only_roles = forms.MultipleChoiceField(
        label=gettext_lazy("See only the conversations given to them or their teams"),
        help_text=gettext_lazy("And only the contacts of these. What nobody has yet is seen by the others."),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    masked_roles = forms.MultipleChoiceField(
        label=gettext_lazy("See phone numbers masked"),
        help_text=gettext_lazy("Everywhere: +55 11 •••••-1234. They can still be found by their digits."),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(self, *args: Any, policy: ContactPolicy, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("own_only_roles", "masked_roles"):
            field: Any = self.fields[name]
            field.choices = [(role.value, role.label) for role in may_be_narrowed()]
            field.initial = getattr(policy, name)
