"""Choosing a file, and giving a flow to all."""

from django import forms
from django.utils.translation import gettext_lazy

from flows.gallery.ready import LANGUAGES

NAMES = {"pt_BR": "Português", "en": "English", "es": "Español"}
LANGUAGE_CHOICES = [(code, NAMES[code]) for code in LANGUAGES]


class ImportForm(forms.Form):
    """One file."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("The file that an export gave, at most 2 MB. Nothing of it runs before you publish it."),
        error_messages={"required": gettext_lazy("Choose a file."), "empty": gettext_lazy("The file is empty.")},
    )


class ShareForm(forms.Form):
    """What others read of it."""

    description = forms.CharField(
        label=gettext_lazy("What it does, for other salons"),
        max_length=500,
        min_length=10,
        widget=forms.Textarea({"rows": 3}),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language of its texts"), choices=LANGUAGE_CHOICES)
