"""API keys for the operator: who has one, never the key."""

from django.contrib import admin

from ops.operator import ReadOnlyAdmin
from tenants.access.models import ApiKey


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnlyAdmin):
    """When each was last used."""

    list_display = ("name", "prefix", "salon_id", "role", "created_at", "last_used_at", "revoked_at")
