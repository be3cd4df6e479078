"""What is typed about a secret. Its value is never given back to a page, not even after a mistake."""

import re
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from flows.runtime.secrets import LONGEST, NAME, SHORTEST

MOST_HOSTS: Final = 20
_HOST: Final = re.compile(r"(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+([a-z0-9-]{2,63}|[0-9]{1,3})")


class ReplaceForm(forms.Form):
    """Another value, or other hosts."""

    value = forms.CharField(
        label=gettext_lazy("New value"),
        required=False,
        strip=True,
        max_length=LONGEST,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "spellcheck": "false"}, render_value=False),
        help_text=gettext_lazy("Leave it empty to keep the value. Nobody sees it again, you neither."),
    )
    hosts = forms.CharField(
        label=gettext_lazy("It may be sent to"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2, "autocapitalize": "none", "spellcheck": "false"}),
        help_text=gettext_lazy(
            "Names of servers, one a line, like api.example.com; *.example.com for all below one. Nobody else gets it."
        ),
    )

    def clean_value(self) -> str:
        """What can be sent, and is long enough to be hidden wherever it turns up."""
        value: str = self.cleaned_data["value"]
        if value and (len(value) < SHORTEST or any(ord(one) < 32 or ord(one) == 127 for one in value)):
            words = _("At least %(shortest)d characters, on one line.")
            raise forms.ValidationError(words % {"shortest": SHORTEST})
        return value

    def clean_hosts(self) -> list[str]:
        """Each once, in small letters; of a pasted address the host."""
        found = []
        for given in re.split(r"[\s,;]+", self.cleaned_data["hosts"].strip().lower()):
            host = given.partition("://")[2] or given
            host = host.partition("/")[0].partition(":")[0].rstrip(".")
            if not _HOST.fullmatch(host) or len(host) > 253:
                raise forms.ValidationError(_("“%(host)s” is no name of a server.") % {"host": given[:80]})
            found.append(host)
        if len(found) > MOST_HOSTS:
            raise forms.ValidationError(_("At most %(most)d, please.") % {"most": MOST_HOSTS})
        return list(dict.fromkeys(found))


class AddForm(ReplaceForm):
    """A new one."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "autocomplete": "off", "spellcheck": "false"}),
        help_text=gettext_lazy("Letters, digits and _. In a step you write {{ secret.NAME }}."),
    )
    field_order = ("name", "value", "hosts")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["value"].required = True
        self.fields["value"].label = _("Value")
        self.fields["value"].help_text = _("A key or password of another program. Nobody sees it again, you neither.")

    def clean_name(self) -> str:
        """A word that can stand in a drawing."""
        name: str = self.cleaned_data["name"].strip()
        if not NAME.fullmatch(name):
            raise forms.ValidationError(_("Only letters, digits and _; a letter first."))
        return name
