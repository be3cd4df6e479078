"""Fields of one value: money as people write it, a length of time with its unit, a colour."""

import json
import re
from typing import Any, Final

from django import forms
from django.template.loader import render_to_string
from django.utils import formats
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.frame import money

# Each can be told from the others, and carries white words (WCAG AA).
PALETTE: Final = (
    ("#1f63b8", gettext_lazy("Blue")),
    ("#0b7285", gettext_lazy("Teal")),
    ("#1f7a3d", gettext_lazy("Green")),
    ("#5f6f0a", gettext_lazy("Olive")),
    ("#8a5a00", gettext_lazy("Amber")),
    ("#b3420c", gettext_lazy("Orange")),
    ("#b3261e", gettext_lazy("Red")),
    ("#a61e5c", gettext_lazy("Pink")),
    ("#8b2fa0", gettext_lazy("Purple")),
    ("#5b45c2", gettext_lazy("Violet")),
    ("#6b4a3a", gettext_lazy("Brown")),
    ("#4a5568", gettext_lazy("Grey")),
)
UNITS: Final = {"minutes": 1, "hours": 60, "days": 1440}
_SIGNS = re.compile(r"R\$|[A-Z]{2,3}\$|[$€£]|\b[A-Z]{3}\b|\s")
_AMOUNT = re.compile(r"\d[\d.,]*")
_HEX = re.compile(r"#[0-9a-fA-F]{6}")


class PartsWidget(forms.Widget):
    """A widget of several inputs, drawn by a template of ours."""

    template_name = ""
    is_group = True

    def context(self, name: str, value: Any) -> dict[str, Any]:
        """What the template needs; `value` is clean, or as it was typed."""
        return {"name": name, "value": value}

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """The inputs."""
        given = {"attrs": attrs or {}, **self.context(name, value)}
        return SafeString(render_to_string(self.template_name, given))

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """Nothing chosen is a choice."""
        return False


class PartsField(forms.Field):
    """A field whose clean value is plain JSON, equal or not to another."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether what was typed means something else."""
        try:
            return json.dumps(self.to_python(data)) != json.dumps(initial)
        except forms.ValidationError:
            return True

    def words(self, value: Any) -> str:
        """A clean value as one reads it."""
        return str(value)


class MoneyField(PartsField):
    """An amount, as the people of the language write it; clean it is in the smallest coin, or None."""

    widget = forms.TextInput({"inputmode": "decimal", "autocomplete": "off"})

    def __init__(self, *, currency: str, **options: Any) -> None:
        super().__init__(**options)
        self.currency = currency
        self.widget.attrs["data-currency"] = currency

    def prepare_value(self, value: Any) -> Any:
        """As it stands in the field."""
        return money.written(value, self.currency) if isinstance(value, int) else value

    def to_python(self, value: Any) -> int | None:
        """The smallest coins."""
        text = str(value or "").strip()
        return read_money(text, self.currency) if text else None

    def words(self, value: Any) -> str:
        """R$ 80."""
        return money.shown(value, self.currency) if isinstance(value, int) else "—"


def read_money(text: str, currency: str) -> int:
    """What somebody typed. Raises ValidationError with an example of the language."""
    example = money.written(123450, currency)
    bare = _SIGNS.sub("", text)
    if not _AMOUNT.fullmatch(bare):
        raise forms.ValidationError(_("Write an amount like %(example)s.") % {"example": example})
    mark = formats.get_format("DECIMAL_SEPARATOR")
    _whole, found, coins = bare.rpartition(mark)
    # With three digits after it, the comma of the language is no mark of thousands.
    if found and bare.count(mark) == 1 and len(coins) > max(money.digits_of(currency), 0):
        raise forms.ValidationError(
            _("At most %(digits)d digits after the “%(mark)s”, like %(example)s.")
            % {"digits": money.digits_of(currency), "mark": mark, "example": example}
        )
    try:
        return money.read(bare, currency)
    except money.NoMoney:
        raise forms.ValidationError(_("This amount is too large.")) from None


class SpanWidget(PartsWidget):
    """A number and its unit."""

    template_name = "crm/bookings/offers/widgets/span.html"

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        """As it was typed."""
        return [data.get(name, ""), data.get(f"{name}-unit", "minutes")]

    def context(self, name: str, value: Any) -> dict[str, Any]:
        """The largest unit that fits."""
        if isinstance(value, list):
            number, unit = value
        elif value is None or value == "":
            number, unit = "", "hours"
        else:
            unit = next((one for one in ("days", "hours") if value and not value % UNITS[one]), "minutes")
            number = value // UNITS[unit]
        units = (("minutes", _("minutes")), ("hours", _("hours")), ("days", _("days")))
        return {"name": name, "number": number, "unit": unit, "units": units}


class SpanField(PartsField):
    """A length of time; clean it is minutes, or None."""

    widget = SpanWidget

    def __init__(self, *, most: int, **options: Any) -> None:
        super().__init__(**options)
        self.most = most

    def to_python(self, value: Any) -> int | None:
        """Minutes."""
        number, unit = value if isinstance(value, list) else ["", "minutes"]
        number = number.strip()
        if not number:
            return None
        if not (number.isascii() and number.isdecimal() and unit in UNITS):
            raise forms.ValidationError(_("Write a whole number."))
        minutes = int(number[:9]) * UNITS[unit]
        if minutes > self.most:
            raise forms.ValidationError(_("At most %(days)d days.") % {"days": self.most // 1440})
        return minutes

    def words(self, value: Any) -> str:
        """90 min."""
        return "—" if value is None else _("%(minutes)d min") % {"minutes": value}


class ColourWidget(PartsWidget):
    """The palette as swatches."""

    template_name = "crm/bookings/offers/widgets/colour.html"

    def value_from_datadict(self, data: Any, files: Any, name: str) -> str:
        """As it was chosen."""
        return str(data.get(name, ""))

    def context(self, name: str, value: Any) -> dict[str, Any]:
        """The palette, and a colour that came another way."""
        known = [code for code, _name in PALETTE]
        own = [(value, _("As it is"))] if value and value not in known and _HEX.fullmatch(value) else []
        return {"name": name, "value": value or "", "colours": [*own, *PALETTE], "or_none": not self.is_required}


class ColourField(PartsField):
    """A colour of the palette, or none."""

    widget = ColourWidget

    def to_python(self, value: Any) -> str:
        """#rrggbb."""
        if value and not _HEX.fullmatch(str(value)):
            raise forms.ValidationError(_("Choose one of the colours."))
        return str(value or "")

    def words(self, value: Any) -> str:
        """Its name."""
        return str(dict(PALETTE).get(value, value or "—"))
