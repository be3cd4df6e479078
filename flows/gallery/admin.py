"""What salons gave to all, for an operator to read before others see it."""

import json

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from flows.gallery.models import SharedFlow
from flows.gallery.reviewing import review
from ops.operator import ReadOnlyAdmin, act


@admin.register(SharedFlow)
class SharedFlowAdmin(ReadOnlyAdmin):
    """Those that wait first. All texts of a flow are shown as they are, so that they can be read."""

    list_display = ("name", "state", "language", "salon_id", "installs", "submitted_at", "reviewed_by", "reviewed_at")
    list_filter = ("state", "language")
    search_fields = ("name", "description")
    ordering = ("-submitted_at", "-id")
    exclude = ("content",)
    readonly_fields = ("texts", "drawing")
    actions = ("approve", "reject")

    @admin.display(description=_lazy("What it says"))
    def texts(self, shared: SharedFlow) -> str:
        """Every text that guests would get, one in each line."""
        nodes = shared.content.get("graph", {}).get("nodes", [])
        said = [str(node["text"]) for node in nodes if isinstance(node, dict) and node.get("text")]
        return format_html("<pre>{}</pre>", "\n\n".join(said))

    @admin.display(description=_lazy("Drawing"))
    def drawing(self, shared: SharedFlow) -> str:
        """All of it, as it would be installed."""
        return format_html("<pre>{}</pre>", json.dumps(shared.content, indent=1, ensure_ascii=False))

    @act("shared_flow.approved", _lazy("Show in the gallery"))
    def approve(self, request: HttpRequest, queryset: QuerySet[SharedFlow]) -> None:
        """Other salons see them from now on."""
        self._review(request, queryset, approve=True)

    @act("shared_flow.rejected", _lazy("Do not show in the gallery"))
    def reject(self, request: HttpRequest, queryset: QuerySet[SharedFlow]) -> None:
        """Their salons keep them for themselves."""
        self._review(request, queryset, approve=False)

    def _review(self, request: HttpRequest, queryset: QuerySet[SharedFlow], *, approve: bool) -> None:
        chosen = list(queryset)
        by = getattr(request.user, "email", "")
        done = sum(review(one, approve=approve, by=by) for one in chosen)
        level = messages.SUCCESS if done == len(chosen) else messages.WARNING
        self.message_user(request, _("%(done)d of %(all)d were reviewed.") % {"done": done, "all": len(chosen)}, level)
