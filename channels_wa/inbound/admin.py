"""Inbox items for the operator: quarantine and dead letters first."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from channels_wa.inbound.log import ranges
from channels_wa.inbound.log.masking import masked
from channels_wa.inbound.models import InboxItem, Replay
from channels_wa.inbound.replaying import bytes_of, replay
from ops.operator import ReadOnlyAdmin, act


class BadFirst(admin.SimpleListFilter):
    """Shows what needs a person unless asked otherwise."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The states; without a choice, the bad ones."""
        return [("all", "all"), *((state.value, state.value) for state in InboxItem.State)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[InboxItem]) -> QuerySet[InboxItem]:
        """The rows of the chosen state."""
        if self.value() == "all":
            return queryset
        return queryset.filter(state__in=[self.value()] if self.value() else ["quarantined", "dead"])


@admin.register(InboxItem)
class InboxItemAdmin(ReadOnlyAdmin):
    """What could not take effect, with its bytes, and a second try."""

    list_display = ("id", "kind", "state", "stage", "salon_id", "error", "attempts", "created_at")
    list_filter = (BadFirst, "kind")
    ordering = ("-id",)
    fields = (
        "delivery",
        "index",
        "kind",
        "state",
        "stage",
        "salon_id",
        "number_id",
        "error",
        "attempts",
        "created_at",
        "content",
    )
    readonly_fields = ("content", "delivery")
    actions = ("try_again",)

    @admin.display(description=_lazy("Content"))
    def content(self, item: InboxItem) -> str:
        """The item with everything about guests masked."""
        return masked(bytes_of(item))

    @admin.display(description=_lazy("Delivery"))
    def delivery(self, item: InboxItem) -> str:
        """Where it can be seen as it came, for a reason."""
        address = reverse("admin:gate_delivery_change", args=[item.delivery_id])
        return format_html('<a href="{}">{}</a>', address, item.delivery_id)

    @act("inbox.tried_again", _lazy("Try again"))
    def try_again(self, request: HttpRequest, queryset: QuerySet[InboxItem]) -> None:
        """Back into the queue."""
        items = list(queryset.filter(state__in=["quarantined", "dead"]))
        done = replay(items)
        level = messages.SUCCESS if done == len(items) else messages.WARNING
        self.message_user(
            request, _("%(done)d of %(all)d will be tried again.") % {"done": done, "all": len(items)}, level
        )


@admin.register(Replay)
class ReplayAdmin(ReadOnlyAdmin):
    """Replays of many deliveries and how far they are; they are begun from the webhook log."""

    list_display = ("id", "state", "percent", "deliveries", "items", "asked_by", "search", "created_at", "ended_at")
    ordering = ("-id",)
    actions = ("stop",)

    @admin.display(description="%")
    def percent(self, run: Replay) -> int:
        """How much of the time was gone through."""
        return ranges.progress(run)

    @admin.display(description=_lazy("Search"))
    def search(self, run: Replay) -> str:
        """What is replayed."""
        return ranges.words_of(run.wanted)

    @act("replay.stopped", _lazy("Stop"))
    def stop(self, request: HttpRequest, queryset: QuerySet[Replay]) -> None:
        """They end where they stand."""
        for run in queryset:
            ranges.stop(run)
