"""The forms of numbers. Every refusal of Meta's lands on the field it is about."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from channels_wa.numbers.connecting import PIN_DIGITS
from channels_wa.numbers.words import Refused

LONGEST_TOKEN = 1000
# Meta's categories of a business profile (developers.facebook.com, Business Profiles).
VERTICALS = [
    ("", _("Not said")),
    ("BEAUTY", _("Beauty, spa and salon")),
    ("HEALTH", _("Medical and health")),
    ("APPAREL", _("Clothing and apparel")),
    ("EDU", _("Education")),
    ("EVENT_PLAN", _("Event planning and service")),
    ("RETAIL", _("Shopping and retail")),
    ("PROF_SERVICES", _("Professional services")),
    ("OTHER", _("Other business")),
]


def _digits(what: Any) -> RegexValidator:
    return RegexValidator(r"\A[0-9]{5,40}\Z", what)


class RefusableForm(forms.Form):
    """A form that can show what Meta refused."""

    def refuse(self, problem: Refused) -> None:
        """Show it on its field, or above the form where the field is not here."""
        self.add_error(problem.field if problem.field in self.fields else None, str(problem.text))


class TokenForm(RefusableForm):
    """A new token for a number."""

    token = forms.CharField(
        label=_("Access token"),
        max_length=LONGEST_TOKEN,
        help_text=_("From Meta's Business settings, Users, System users. It is sealed and never shown again."),
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_token(self) -> str:
        """Without the line ends that come with copying."""
        token = "".join(str(self.cleaned_data["token"]).split())
        if not token.isascii() or not token.isprintable():
            raise forms.ValidationError(_("This is no token: it has letters and digits only."))
        return token


class NumberForm(TokenForm):
    """A number by its ids and a token."""

    phone_number_id = forms.CharField(
        label=_("Phone number ID"),
        max_length=40,
        validators=[_digits(_("The id has digits only; it is not the phone number itself."))],
        help_text=_("In Meta's WhatsApp Manager, under API set-up. It is not the phone number itself."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    waba_id = forms.CharField(
        label=_("WhatsApp business account ID"),
        max_length=40,
        validators=[_digits(_("The id has digits only."))],
        help_text=_("On the same page, right beside it."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    field_order = ("phone_number_id", "waba_id", "token")


class SignatureForm(forms.Form):
    """What stands below the words that people write here."""

    signature = forms.CharField(
        label=_("Signature"),
        max_length=200,
        required=False,
        help_text=_("Goes below what people write in the inbox, e.g. the name of the salon. Flows do not sign."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class PinForm(RefusableForm):
    """The PIN of two-step verification."""

    pin = forms.CharField(
        label=_("Six-digit PIN"),
        validators=[RegexValidator(rf"\A[0-9]{{{PIN_DIGITS}}}\Z", _("The PIN has exactly six digits."))],
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "maxlength": PIN_DIGITS}),
    )


class ProfileForm(RefusableForm):
    """What guests see of the business; lengths as Meta takes them."""

    about = forms.CharField(label=_("About"), max_length=139, help_text=_("The line under the name."))
    description = forms.CharField(
        label=_("Description"), max_length=512, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    address = forms.CharField(label=_("Address"), max_length=256, required=False)
    email = forms.EmailField(label=_("E-mail"), max_length=128, required=False)
    website = forms.URLField(label=_("Website"), max_length=256, required=False, assume_scheme="https")
    second_website = forms.URLField(label=_("Another website"), max_length=256, required=False, assume_scheme="https")
    vertical = forms.ChoiceField(label=_("Kind of business"), choices=VERTICALS, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shown = self.initial.get("vertical") if self.initial else None
        # One of Meta's that is not in our list stays what it is.
        if shown and shown not in dict(VERTICALS):
            self.fields["vertical"].choices = [*VERTICALS, (shown, shown)]  # type: ignore[attr-defined]

    @classmethod
    def showing(cls, profile: Mapping[str, Any]) -> "ProfileForm":
        """The profile as Meta has it."""
        sites = [*profile.get("websites", []), "", ""]
        return cls(initial={**profile, "website": sites[0], "second_website": sites[1]})

    def as_meta(self) -> dict[str, Any]:
        """The values in Meta's words."""
        values = {name: self.cleaned_data[name] for name in ("about", "description", "address", "email")}
        sites = [self.cleaned_data[name] for name in ("website", "second_website") if self.cleaned_data[name]]
        vertical = {"vertical": self.cleaned_data["vertical"]} if self.cleaned_data["vertical"] else {}
        return {**values, "websites": sites, **vertical}
