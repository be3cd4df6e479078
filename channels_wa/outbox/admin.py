"""The outbox for the operator: what waits and why, and what nobody knows the fate of."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from channels_wa.outbox import actions, epoch
from channels_wa.outbox.models import OutboxItem
from ops.operator import ReadOnlyAdmin, act
from ops.salon import run_in_salon


class OpenOrBad(admin.SimpleListFilter):
    """Where items stand, in the words an operator looks for."""

    title = _("where it stands")
    parameter_name = "where"

    _FILTERS: ClassVar[dict[str, dict[str, Any]]] = {
        "open": {"state__in": ["queued", "sending"]},
        "unknown": {"outcome": "unknown"},
        "failed": {"outcome": "failed"},
        "cancelled": {"outcome": "cancelled"},
        "accepted": {"outcome": "accepted"},
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The choices."""
        return [(name, name) for name in self._FILTERS]

    def queryset(self, request: HttpRequest, queryset: QuerySet[OutboxItem]) -> QuerySet[OutboxItem]:
        """The rows of the chosen kind."""
        chosen = self.value()
        return queryset.filter(**self._FILTERS[chosen]) if chosen in self._FILTERS else queryset


@admin.register(OutboxItem)
class OutboxItemAdmin(ReadOnlyAdmin):
    """What leaves, for all salons; the content stays in the salon."""

    list_display = (
        "id", "salon_id", "number_id", "lane", "purpose", "state", "outcome", "reason", "not_before", "attempts",
        "resent", "epoch", "created_at",
    )  # fmt: skip
    list_filter = (OpenOrBad, "lane", "state", "purpose")
    search_fields = ("=salon_id", "=message_id", "=order_key")
    ordering = ("-id",)
    actions = ("send_again", "discard", "release")

    @act("outbox.sent_again", _("Send again what failed or whose fate nobody knows"))
    def send_again(self, request: HttpRequest, queryset: QuerySet[OutboxItem]) -> None:
        """Back into the queue."""
        self._each(request, queryset, lambda item: actions.retry(item.message_id))

    @act("outbox.discarded", _("Discard what has not been tried yet"))
    def discard(self, request: HttpRequest, queryset: QuerySet[OutboxItem]) -> None:
        """They are shown as cancelled, by the operator."""
        self._each(request, queryset, lambda item: actions.cancel(item.message_id, reason="cancelled_by_operator"))

    @act("outbox.released", _("Release what a restore holds back (all of its epoch)"))
    def release(self, request: HttpRequest, queryset: QuerySet[OutboxItem]) -> None:
        """Let the open items of the epochs of these rows be sent after all."""
        held = set(queryset.values_list("epoch", flat=True)) & epoch.held().keys()
        done = sum(epoch.release(one) for one in held)
        self.message_user(request, gettext("%(done)d messages will be sent.") % {"done": done})

    def _each(self, request: HttpRequest, queryset: QuerySet[OutboxItem], change: Callable[[OutboxItem], None]) -> None:
        done, items = 0, list(queryset)
        for item in items:
            try:
                run_in_salon(item.salon_id, lambda item=item: change(item))  # type: ignore[misc]
                done += 1
            except actions.TooLate:
                continue
        level = messages.SUCCESS if done == len(items) else messages.WARNING
        text = gettext("%(done)d of %(all)d were changed; the others were on their way or settled.")
        self.message_user(request, text % {"done": done, "all": len(items)}, level)
