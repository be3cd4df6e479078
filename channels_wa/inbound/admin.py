"""Inbox items for the operator: quarantine and dead letters first."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from channels_wa.inbound.models import InboxItem
from channels_wa.inbound.replaying import bytes_of, replay
from ops.operator import ReadOnlyAdmin, act

SHOWN_BYTES = 20_000


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
    readonly_fields = ("content",)
    actions = ("try_again",)

    @admin.display(description="bytes")
    def content(self, item: InboxItem) -> str:
        """The item as it came; bytes that are no text are shown as \\x…"""
        return bytes_of(item)[:SHOWN_BYTES].decode("utf-8", "backslashreplace").replace("\x00", "\\x00")

    @act("inbox.tried_again", _lazy("Try again"))
    def try_again(self, request: HttpRequest, queryset: QuerySet[InboxItem]) -> None:
        """Back into the queue."""
        items = list(queryset.filter(state__in=["quarantined", "dead"]))
        done = replay(items)
        level = messages.SUCCESS if done == len(items) else messages.WARNING
        self.message_user(
            request, _("%(done)d of %(all)d will be tried again.") % {"done": done, "all": len(items)}, level
        )
