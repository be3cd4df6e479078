"""Salons and memberships for the operator."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ops.operator import ReadOnlyAdmin, act
from tenants.salons.actions import resume_salon, suspend_salon
from tenants.salons.models import Membership, Salon


@admin.register(Salon)
class SalonAdmin(ReadOnlyAdmin):
    """All salons; what is inside them is not shown here."""

    list_display = ("name", "slug", "state", "plan", "time_zone", "created_at")
    list_filter = ("state", "plan")
    search_fields = ("name", "slug")
    fields = (
        "name",
        "slug",
        "state",
        "plan",
        "time_zone",
        "currency",
        "language",
        "shard",
        "schema_version",
        "created_at",
    )
    ordering = ("-id",)
    actions = ("suspend", "resume")

    @act("salon.suspended", _("Suspend: serve its people and guests no longer"))
    def suspend(self, request: HttpRequest, queryset: QuerySet[Salon]) -> None:
        """Close the doors; nothing is deleted."""
        done = sum(suspend_salon(salon) for salon in queryset)
        self.message_user(request, gettext("%(done)d salons are suspended.") % {"done": done})

    @act("salon.resumed", _("Serve again"))
    def resume(self, request: HttpRequest, queryset: QuerySet[Salon]) -> None:
        """Open the doors of the suspended ones."""
        done = sum(resume_salon(salon) for salon in queryset)
        self.message_user(request, gettext("%(done)d salons are served again.") % {"done": done})


@admin.register(Membership)
class MembershipAdmin(ReadOnlyAdmin):
    """Who belongs where."""

    list_display = ("user", "salon", "role", "is_active")
    list_filter = ("role", "is_active")
    search_fields = ("user__email", "salon__slug")
