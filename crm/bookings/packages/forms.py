"""What a package is, as a form; and whom it is sold to."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.bookings.catalogue import catalogue
from crm.bookings.models import Package
from crm.deals.defaults import currency as salon_currency
from portal.frame import money


class PackageForm(forms.Form):
    """How often which services, for how much, and how long it is good."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    services = forms.MultipleChoiceField(
        label=gettext_lazy("Services it may be used for"), widget=forms.CheckboxSelectMultiple
    )
    uses = forms.IntegerField(label=gettext_lazy("How many times"), min_value=1, max_value=200)
    price = forms.CharField(
        label=gettext_lazy("Price"), max_length=20, required=False, widget=forms.TextInput({"inputmode": "decimal"})
    )
    valid_days = forms.IntegerField(
        label=gettext_lazy("Good for so many days"),
        help_text=gettext_lazy("Empty: for ever."),
        min_value=1,
        max_value=3650,
        required=False,
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)

    def __init__(self, *args: Any, package: Package | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.currency = package.currency if package else salon_currency()
        self.known = catalogue()
        used = set(package.service_ids) if package else set()
        field: Any = self.fields["services"]
        field.choices = [
            (str(one.public_id), one.name)
            for one in self.known.services.values()
            if not one.is_add_on and (not one.is_archived or one.pk in used)
        ]
        if package:
            known = self.known.services
            self.initial = {
                "name": package.name,
                "services": [str(known[pk].public_id) for pk in package.service_ids if pk in known],
                "uses": package.uses,
                "price": money.written(package.price_minor, package.currency),
                "valid_days": package.valid_days,
                "version": package.version,
            }

    def clean(self) -> dict[str, Any]:
        """The price in the smallest coin."""
        given: dict[str, Any] = super().clean() or {}
        try:
            given["price_minor"] = money.read(given.get("price") or "", self.currency)
        except money.NoMoney:
            self.add_error("price", _("Write an amount, e.g. 30 or 29,90."))
        return given

    def values(self) -> dict[str, Any]:
        """The columns."""
        given = self.cleaned_data
        keys = {str(one.public_id): one.pk for one in self.known.services.values()}
        return {
            "name": given["name"],
            "service_ids": [keys[one] for one in given["services"]],
            "uses": given["uses"],
            "price_minor": given["price_minor"],
            "currency": self.currency,
            "valid_days": given["valid_days"],
        }
