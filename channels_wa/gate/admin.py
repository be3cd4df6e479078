"""Deliveries for the operator."""

from django.contrib import admin

from channels_wa.gate.models import Delivery
from ops.operator import ReadOnlyAdmin


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    """What Meta sent; the content stays sealed here."""

    list_display = ("id", "received_at", "split_at", "items", "problem")
    fields = ("id", "received_at", "signature", "split_at", "items", "problem")
    ordering = ("-id",)
