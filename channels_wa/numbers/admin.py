"""Numbers for the operator."""

from django.contrib import admin

from channels_wa.numbers.models import Number
from ops.operator import ReadOnlyAdmin


@admin.register(Number)
class NumberAdmin(ReadOnlyAdmin):
    """Which number belongs to which salon; tokens are not shown."""

    list_display = ("display_phone", "name", "salon_id", "phone_number_id", "waba_id", "state", "throughput_mps")
    list_filter = ("state",)
    search_fields = ("display_phone", "phone_number_id", "waba_id")
    ordering = ("id",)
    exclude = ("sealed_token",)
