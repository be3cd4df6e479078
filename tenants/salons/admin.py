"""Salons and memberships for the operator."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from ops.operator import ReadOnlyAdmin
from tenants.salons.actions import resume_salon, suspend_salon
from tenants.salons.models import Domain, Membership, Salon


class DomainInline(admin.TabularInline):  # type: ignore[type-arg]
    """Hosts of a salon."""

    model = Domain
    extra = 0
    can_delete = False


@admin.register(Salon)
class SalonAdmin(ReadOnlyAdmin):
    """All salons; what is inside them is not shown here."""

    list_display = ("name", "slug", "state", "plan", "time_zone", "created_at")
    list_filter = ("state", "plan")
    search_fields = ("name", "slug")
    fields = ("name", "slug", "state", "plan", "time_zone", "currency", "language", "shard", "schema_version", "created_at")
    ordering = ("-id",)
    actions = ("suspend", "resume")

    @admin.action(description="Suspend: serve its people and guests no longer")
    def suspend(self, request: HttpRequest, queryset: QuerySet[Salon]) -> None:
        """Close the doors; nothing is deleted."""
        for salon in queryset:
            suspend_salon(salon)

    @admin.action(description="Serve again")
    def resume(self, request: HttpRequest, queryset: QuerySet[Salon]) -> None:
        """Open the doors."""
        for salon in queryset:
            resume_salon(salon)


@admin.register(Membership)
class MembershipAdmin(ReadOnlyAdmin):
    """Who belongs where."""

    list_display = ("user", "salon", "role", "is_active")
    list_filter = ("role", "is_active")
    search_fields = ("user__email", "salon__slug")
