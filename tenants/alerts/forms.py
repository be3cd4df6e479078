"""What a member sets about alerts."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tenants.alerts.models import AlertPreference, Level


class MailForm(forms.Form):
    """From which level on I want e-mail."""

    mail = forms.ChoiceField(label=_("Write me an e-mail for"), choices=AlertPreference.Mail.choices)


class WebhookForm(forms.Form):
    """Where a program hears of alerts."""

    url = forms.URLField(
        label=_("Address"),
        max_length=500,
        assume_scheme="https",
        help_text=_("We send each alert there by POST, signed with a secret."),
    )
    level = forms.ChoiceField(label=_("From which level on"), choices=Level.choices, initial=Level.WARNING)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["url"].widget.attrs["autocomplete"] = "off"
