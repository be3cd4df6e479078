"""People for the operator."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from ops.operator import AuditedAdmin
from tenants.accounts.models import User


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
