"""Salons and memberships for the operator."""

from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ops import clock
from ops.operator import ReadOnlyAdmin, act
from tenants.operators.salon_admin import SalonPages
from tenants.salons.actions import resume_salon, suspend_salon
from tenants.salons.models import Membership, Opening, Salon


@admin.register(Salon)
class SalonAdmin(SalonPages):
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
        *SalonPages._beside,
    )
    readonly_fields = SalonPages._beside
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


@admin.register(Opening)
class OpeningAdmin(ReadOnlyAdmin):
    """Salons that people asked for, and why one does not open."""

    list_display = ("id", "slug", "user", "state", "attempts", "asked_at", "error")
    list_filter = ("state",)
    search_fields = ("slug", "user__email")
    ordering = ("-id",)
    actions = ("try_again",)

    @act("opening.tried_again", _("Try again"))
    def try_again(self, request: HttpRequest, queryset: QuerySet[Opening]) -> None:
        """Back into the queue, for those that were given up."""
        dead = Opening.objects.filter(pk__in=queryset.values("pk"), state="dead")
        done = dead.update(state="pending", attempts=0, lease_until=None, fence=F("fence") + 1, due_at=clock.real())
        self.message_user(request, gettext("%(done)d will be tried again.") % {"done": done})
