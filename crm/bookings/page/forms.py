"""Who the visitor is; and how the salon would have the page."""

import unicodedata
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.bookings.models import BookingPolicy
from crm.bookings.page.frame import MOST_ORIGINS, read_origin
from crm.contacts.phones import read_phone


class GuestForm(forms.Form):
    """Name and phone, a wish, and a field that only programs fill in."""

    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": gettext_lazy("Write your name, so that the salon knows who comes.")},
    )
    phone = forms.CharField(
        label=gettext_lazy("Your phone with WhatsApp"),
        max_length=40,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
        error_messages={"required": gettext_lazy("Write your phone number: the visit is confirmed by WhatsApp.")},
    )
    note = forms.CharField(
        label=gettext_lazy("Anything that the salon should know? (optional)"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    offers = forms.BooleanField(
        label=gettext_lazy("I would like to hear of offers and news by WhatsApp, too"), required=False
    )

    def __init__(self, *args: Any, country: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.country = country

    def clean_name(self) -> str:
        """One line with at least a letter."""
        name = " ".join(_plain(self.cleaned_data["name"]).split())
        if not any(letter.isalpha() for letter in name):
            raise forms.ValidationError(_("Write your name, so that the salon knows who comes."))
        return name

    def clean_phone(self) -> str:
        """E.164, by the salon's country."""
        found = read_phone(_plain(self.cleaned_data["phone"]), self.country)
        if found is None:
            raise forms.ValidationError(
                _(
                    "This is no phone number that we can read. Write it with the area code; one from another country "
                    "begins with + and the country's code."
                )
            )
        return found

    def clean_note(self) -> str:
        """Without what cannot be seen."""
        return "\n".join(line.strip() for line in _plain(self.cleaned_data["note"]).splitlines()).strip()

    @property
    def is_filled_by_a_program(self) -> bool:
        """No person sees the field."""
        return bool(self.data.get("website", "").strip())


class WaitForm(forms.Form):
    """On which days, and when on a day, somebody could come."""

    first = forms.DateField(
        label=gettext_lazy("From day"),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": gettext_lazy("Choose a day."), "invalid": gettext_lazy("Choose a day.")},
    )
    last = forms.DateField(
        label=gettext_lazy("To day"),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": gettext_lazy("Choose a day."), "invalid": gettext_lazy("Choose a day.")},
    )
    part = forms.ChoiceField(
        label=gettext_lazy("Time of day"),
        choices=[
            ("any", gettext_lazy("Any")),
            ("morning", gettext_lazy("Morning")),
            ("afternoon", gettext_lazy("Afternoon")),
            ("evening", gettext_lazy("Evening")),
        ],
    )


class PageForm(forms.Form):
    """The page among the settings."""

    is_page_open = forms.BooleanField(
        label=gettext_lazy("The booking page is open"),
        required=False,
        help_text=gettext_lazy("Switched off, nobody finds it; visits that were booked there can still be cancelled."),
    )
    intro = forms.CharField(
        label=gettext_lazy("A sentence above the services"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    origins = forms.CharField(
        label=gettext_lazy("Sites that may show the page within theirs"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("One address per line, for example https://www.example.com. Empty: none."),
    )

    def __init__(self, data: Any = None, *, policy: BookingPolicy) -> None:
        page = policy.page
        initial = {
            "is_page_open": policy.is_page_open,
            "intro": page.get("intro", ""),
            "origins": "\n".join(page.get("origins", [])),
        }
        super().__init__(data, initial=initial)
        self.policy = policy

    def clean_intro(self) -> str:
        """One line."""
        return " ".join(_plain(self.cleaned_data["intro"]).split())

    def clean_origins(self) -> list[str]:
        """Each once, as browsers write them."""
        lines = [line for line in self.cleaned_data["origins"].split() if line.strip()]
        wrong = [line for line in lines if not read_origin(line)]
        if wrong:
            raise forms.ValidationError(_("This is no address of a site: %(text)s") % {"text": wrong[0][:80]})
        found = list(dict.fromkeys(read_origin(line) for line in lines))
        if len(found) > MOST_ORIGINS:
            raise forms.ValidationError(_("At most %(most)d sites, please.") % {"most": MOST_ORIGINS})
        return found

    def values(self) -> dict[str, Any]:
        """The columns."""
        page = {**self.policy.page, "intro": self.cleaned_data["intro"], "origins": self.cleaned_data["origins"]}
        return {"is_page_open": self.cleaned_data["is_page_open"], "page": page}


def _plain(text: str) -> str:
    """Without signs that are not seen, or turn the direction of what is read; line ends stay."""
    return "".join(
        sign for sign in text if sign in "\n\r\t" or unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co")
    )
