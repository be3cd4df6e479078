"""Numbers for the operator."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from channels_wa.numbers.actions import resume
from channels_wa.numbers.models import Number, Signup
from ops.operator import ReadOnlyAdmin, act


@admin.register(Number)
class NumberAdmin(ReadOnlyAdmin):
    """Which number belongs to which salon and how it fares; tokens and PINs are not shown."""

    list_display = (
        "display_phone", "name", "salon_id", "phone_number_id", "waba_id", "state", "stopped_reason", "quality",
        "health_score", "throughput_mps",
    )  # fmt: skip
    list_filter = ("state", "quality")
    search_fields = ("display_phone", "phone_number_id", "waba_id", "former_phone_number_id", "former_waba_id")
    ordering = ("id",)
    exclude = ("sealed_token", "sealed_pin")
    actions = ("resume",)

    @act("number.resumed", _lazy("Resume"))
    def resume(self, request: HttpRequest, queryset: QuerySet[Number]) -> None:
        """Messages leave again. A number whose token is broken stops anew: only its owner can connect it again."""
        chosen = list(queryset)
        resumed = [number for number in chosen if not number.setup and resume(number)]
        level = messages.SUCCESS if len(resumed) == len(chosen) else messages.WARNING
        text = _("%(done)d of %(all)d were stopped and leave again.") % {"done": len(resumed), "all": len(chosen)}
        self.message_user(request, text, level)
        if any(number.stopped_reason.startswith("190") for number in chosen):
            hint = _("WhatsApp refused a token. Resuming does not mend it: the owner gives a new one under Settings.")
            self.message_user(request, hint, messages.WARNING)


@admin.register(Signup)
class SignupAdmin(ReadOnlyAdmin):
    """People on their way through Meta's dialog, and where it ended."""

    list_display = ("public_id", "salon_id", "user_id", "number_id", "step", "problem", "created_at", "expires_at")
    exclude = ("sealed_token", "session_hash", "state_hash", "finish_hash")
    ordering = ("-id",)
