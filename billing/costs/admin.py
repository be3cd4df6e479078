"""Prices for the operator: newer tables than those that came with the product."""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _

from billing.costs import tables
from billing.costs.models import PriceTable
from ops.operator import AuditedAdmin


class PriceTableForm(forms.ModelForm):  # type: ignore[type-arg]
    """Refuses prices that nobody could calculate with."""

    class Meta:
        model = PriceTable
        fields = ("kind", "valid_from", "currency", "prices", "source")

    def clean_currency(self) -> str:
        """In capitals."""
        return str(self.cleaned_data["currency"]).upper()

    def clean(self) -> dict[str, Any]:
        """Numbers from 0 on, as text, at the depth of the kind."""
        given: dict[str, Any] = super().clean() or {}
        prices = given.get("prices")
        flat = given.get("kind") == PriceTable.Kind.EXCHANGE
        example = '{"BRL": "5.2359"}' if flat else '{"BR": {"marketing": "0.0625"}}'
        rows = [prices] if flat else list(prices.values()) if isinstance(prices, dict) else []
        if not rows or not all(isinstance(row, dict) and row and all(map(_is_price, row.values())) for row in rows):
            self.add_error("prices", _("Prices are numbers in quotes, e.g. %(example)s.") % {"example": example})
        return given


@admin.register(PriceTable)
class PriceTableAdmin(AuditedAdmin):
    """Add a table with the day it holds from; what was spent before keeps its price."""

    form = PriceTableForm
    list_display = ("kind", "valid_from", "currency", "source", "made_at")
    list_filter = ("kind",)
    ordering = ("-valid_from", "-id")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Every operator."""
        return self.has_view_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Every operator."""
        return self.has_view_permission(request)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Here at once, elsewhere within half a minute."""
        super().save_model(request, obj, form, change)
        tables.forget()

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """What holds now, to be changed where it has changed."""
        newest = tables.tables(PriceTable.Kind.WHATSAPP)[0]
        return {"kind": newest.kind, "currency": newest.currency, "prices": newest.prices, "valid_from": _next(newest)}


def _next(newest: tables.Table) -> date:
    """Meta changes its prices on the first of a quarter."""
    month = newest.valid_from.month + 3
    return newest.valid_from.replace(year=newest.valid_from.year + (month > 12), month=(month - 1) % 12 + 1)


def _is_price(value: object) -> bool:
    try:
        return isinstance(value, str) and Decimal(value) >= 0 and Decimal(value).is_finite()
    except InvalidOperation:
        return False
