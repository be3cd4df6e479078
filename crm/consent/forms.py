"""The salon's rules as a form, and a word of a guest that somebody heard."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.consent import words
from crm.consent.models import ContactPolicy, Purpose, State

LONGEST_CONFIRMATION = 500
MOST_WORDS = 30
# A month.
LONGEST_TAKEOVER_H = 720
LANGUAGES = (("pt", "Português"), ("en", "English"), ("es", "Español"))


class PolicyForm(forms.ModelForm):  # type: ignore[type-arg]
    """Quiet hours, how many offers, who gets them, and the words that end them."""

    own_words = forms.CharField(
        label=gettext_lazy("More words that mean stop"),
        help_text=gettext_lazy("One in each line. Only a message that is nothing but the word counts."),
        widget=forms.Textarea({"rows": 3}),
        required=False,
    )

    class Meta:
        model = ContactPolicy
        fields = ["quiet_from", "quiet_until", "marketing_per_week", "marketing_needs_opt_in", "takeover_hours"]
        labels = {
            "quiet_from": gettext_lazy("Quiet from"),
            "quiet_until": gettext_lazy("Quiet until"),
            "marketing_per_week": gettext_lazy("Offers to one guest in seven days, at most"),
            "takeover_hours": gettext_lazy("Hours that flows stay silent after a person has answered"),
            "marketing_needs_opt_in": gettext_lazy("Send offers only to guests who agreed to them"),
        }
        help_texts = {
            "takeover_hours": gettext_lazy(
                "Counted from the last answer of a person. 0: until somebody lets flows answer again."
            ),
            "quiet_until": gettext_lazy("Offers and reminders wait for this time. Empty: no quiet hours."),
            "marketing_per_week": gettext_lazy("Empty: no limit. What is over it waits."),
            "marketing_needs_opt_in": gettext_lazy("Otherwise those who wrote to you get them too, until they stop."),
        }
        widgets = {
            "quiet_from": forms.TimeInput({"type": "time"}, format="%H:%M"),
            "quiet_until": forms.TimeInput({"type": "time"}, format="%H:%M"),
            "marketing_per_week": forms.NumberInput({"min": 0, "max": 100}),
            "takeover_hours": forms.NumberInput({"min": 0, "max": LONGEST_TAKEOVER_H}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["own_words"].initial = "\n".join(self.instance.stop_words)
        for code, name in LANGUAGES:
            self.fields[f"confirmation_{code}"] = forms.CharField(
                label=_("Answer to a stop (%(language)s)") % {"language": name},
                initial=self.instance.confirmations.get(code, ""),
                help_text=_("Empty: our own words."),
                max_length=LONGEST_CONFIRMATION,
                required=False,
            )

    def clean_own_words(self) -> list[str]:
        """Words that may mean stop."""
        given = [line.strip() for line in self.cleaned_data["own_words"].splitlines() if line.strip()]
        if len(given) > MOST_WORDS:
            raise forms.ValidationError(_("At most %(most)d words, please.") % {"most": MOST_WORDS})
        for word in given:
            if len(word) > 40:
                raise forms.ValidationError(_("“%(word)s…” is longer than 40 letters.") % {"word": word[:20]})
            if words.is_refused(word):
                raise forms.ValidationError(
                    _("“%(word)s” means something else to guests, so it cannot end their messages.") % {"word": word}
                )
        return list(dict.fromkeys(given))

    def clean_takeover_hours(self) -> int:
        """At most a month."""
        hours: int = self.cleaned_data["takeover_hours"]
        if hours > LONGEST_TAKEOVER_H:
            raise forms.ValidationError(_("At most %(most)d hours, please.") % {"most": LONGEST_TAKEOVER_H})
        return hours

    def clean(self) -> dict[str, Any]:
        """Quiet hours have both ends."""
        given: dict[str, Any] = super().clean() or {}
        if (given.get("quiet_from") is None) != (given.get("quiet_until") is None) and not self.errors:
            missing = "quiet_from" if given.get("quiet_from") is None else "quiet_until"
            self.add_error(missing, _("Give both times, or neither."))
        return given

    def values(self) -> dict[str, Any]:
        """What to set."""
        given = self.cleaned_data
        confirmations = {code: given[f"confirmation_{code}"].strip() for code, _name in LANGUAGES}
        return {
            **{name: given[name] for name in self.Meta.fields},
            "stop_words": given["own_words"],
            "confirmations": {code: text for code, text in confirmations.items() if text},
        }


class WordForm(forms.Form):
    """A word of a guest that a person notes; without saying how it is known it would prove nothing."""

    purpose = forms.ChoiceField(choices=Purpose.choices)
    state = forms.ChoiceField(choices=State.choices)
    evidence = forms.CharField(max_length=500, strip=True)
