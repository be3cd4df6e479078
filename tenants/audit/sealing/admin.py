"""The chains for the operator: which are whole, and when they were looked at."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ops.operator import ReadOnlyAdmin, act
from tenants.audit.sealing.checking import check
from tenants.audit.sealing.models import AuditChain
from tenants.audit.sealing.sealer import seal_salon


class StateFilter(admin.SimpleListFilter):
    """Whole or broken."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, object]]:  # type: ignore[override]
        """Both."""
        return [("whole", _("whole")), ("broken", _("broken"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditChain]) -> QuerySet[AuditChain]:
        """Those asked for."""
        if self.value() is None:
            return queryset
        return queryset.filter(broken_position__isnull=self.value() == "whole")


@admin.register(AuditChain)
class AuditChainAdmin(ReadOnlyAdmin):
    """One line for each salon that has acts."""

    list_display = ("salon_id", "position", "sealed_at", "checked_at", "broken_position", "broken_why")
    list_filter = (StateFilter,)
    search_fields = ("salon_id",)
    fields = ("salon_id", "position", "sealed_at", "pruned_position", "checked_at", "broken_position", "broken_why")
    ordering = ("broken_position", "-sealed_at")
    actions = ("read_chains",)

    @act("audit.checked", _("Read the whole chain now"))
    def read_chains(self, request: HttpRequest, queryset: QuerySet[AuditChain]) -> None:
        """Seal what waits and look at every row."""
        found = []
        for salon_id in list(queryset.values_list("salon_id", flat=True)):
            seal_salon(salon_id)
            found.append(check(salon_id))
        broken = [one for one in found if not one.is_whole]
        words = gettext("%(n)d chains were read; %(broken)d are broken.") % {"n": len(found), "broken": len(broken)}
        self.message_user(request, words)
