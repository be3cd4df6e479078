"""People for the operator."""

from typing import Any

from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ops import clock
from ops.operator import AuditedAdmin, ReadOnlyAdmin, act
from tenants.accounts.models import MailItem, User


@admin.register(User)
class UserAdmin(AuditedAdmin):
    """Names and whether one may log in; passwords are reset by their owners, people register themselves."""

    list_display = ("email", "name", "is_active", "is_staff", "date_joined")
    list_filter = ("is_active", "is_staff")
    search_fields = ("email", "name")
    fields = ("email", "name", "is_active", "is_staff", "is_superuser")
    readonly_fields = ("email",)
    ordering = ("-id",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody makes a login for somebody else."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Operators switch logins off and on; an operator's own rights only the chief ones change."""
        if obj is not None and (obj.is_staff or obj.is_superuser):
            return bool(getattr(request.user, "is_superuser", False))
        return self.has_view_permission(request)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Who is an operator is decided by the chief operators."""
        chief = getattr(request.user, "is_superuser", False)
        return self.readonly_fields if chief else (*self.readonly_fields, "is_staff", "is_superuser")


@admin.register(MailItem)
class MailItemAdmin(ReadOnlyAdmin):
    """Mail about accounts on its way; what is in it is sealed, and not shown."""

    list_display = ("id", "state", "attempts", "due_at", "error")
    fields = ("state", "attempts", "due_at", "error")
    list_filter = ("state",)
    ordering = ("-id",)
    actions = ("try_again",)

    @act("mail.tried_again", _("Try again"))
    def try_again(self, request: HttpRequest, queryset: QuerySet[MailItem]) -> None:
        """Back into the queue, for those that were given up."""
        dead = MailItem.objects.filter(pk__in=queryset.values("pk"), state="dead")
        done = dead.update(state="pending", attempts=0, lease_until=None, fence=F("fence") + 1, due_at=clock.real())
        self.message_user(request, gettext("%(done)d will be tried again.") % {"done": done})
