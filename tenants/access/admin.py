"""API keys for the operator: who has one, never the key."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from ops.operator import ReadOnlyAdmin, act
from tenants.access.keys import revoke_key
from tenants.access.models import ApiKey


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnlyAdmin):
    """When each was last used, and the way to stop one that has leaked."""

    list_display = ("name", "prefix", "salon_id", "role", "created_at", "last_used_at", "expires_at", "revoked_at")
    fields = (
        *("name", "prefix", "public_id", "salon_id", "role", "scopes", "addresses", "rates", "created_at"),
        *("last_used_at", "last_used_from", "refused_at", "refused_from", "expires_at", "replaced_by", "revoked_at"),
    )
    search_fields = ("prefix", "name")
    ordering = ("-id",)
    actions = ("revoke",)

    @act("api_key.revoked", _("Revoke"))
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        """They open nothing from now on."""
        for key in queryset:
            revoke_key(key)
