"""What is filled in to share something."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _

from ops import clock
from tenants.sharing.rights import Right
from tenants.sharing.subjects import Known

MOMENT = "%Y-%m-%dT%H:%M"


class EndField(forms.DateTimeField):
    """A moment of the salon's clock that is still to come; empty: for good."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, input_formats=[MOMENT, f"{MOMENT}:%S"], **options)

    def clean(self, value: Any) -> datetime | None:
        """The moment."""
        until: datetime | None = super().clean(value)
        if until is not None and until <= clock.now():
            raise forms.ValidationError(_("This moment is over. Choose a later one, or leave it empty."))
        return until


class ChangeForm(forms.Form):
    """The right, and until when."""

    right = forms.ChoiceField(choices=Right.choices)
    until = EndField()


class GiveForm(ChangeForm):
    """With whom, too."""

    to = forms.CharField(max_length=80)

    def __init__(self, *args: Any, known: Known, **options: Any) -> None:
        super().__init__(*args, **options)
        self.known = known

    def clean_to(self) -> tuple[str, str]:
        """The subject."""
        subject = self.known.read(self.cleaned_data["to"])
        if subject is None:
            raise forms.ValidationError(_("Choose a person, a role or a team of this salon."))
        return subject


def as_typed(until: datetime | None) -> str:
    """A moment as the field of a form takes it."""
    return timezone.localtime(until).strftime(MOMENT) if until else ""
