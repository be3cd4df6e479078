"""Which professionals the salon's people are (MEMBER_FACTS); roles that see their own calendar (ROLE_COPY_STEPS)."""

from collections.abc import Sequence

from django.db.models import QuerySet
from django.urls import reverse

from crm.bookings.defaults import policy
from crm.bookings.models import BookingPolicy, Professional
from tenants.members.facts import Fact
from tenants.members.models import Member


def living() -> QuerySet[Professional]:
    """Those that a plan counts (PLAN_THINGS): one that was put away makes room."""
    return Professional.objects.filter(archived_at=None)


def professional_of(members: Sequence[int]) -> dict[int, list[Fact]]:
    """The professional whose login each is."""
    found: dict[int, list[Fact]] = {}
    for one in Professional.objects.filter(member__in=list(members), archived_at=None).order_by("name", "pk"):
        fact = Fact("calendar", one.name, reverse("professionals:professional", args=[one.public_id]))
        found.setdefault(one.member_id or 0, []).append(fact)
    return found


def follow_role(like: str, key: str, *, by: Member) -> None:
    """A copy of a role that sees its own calendar only sees its own only."""
    rules = policy()
    if like in rules.own_calendar_roles:
        BookingPolicy.objects.filter(pk=rules.pk).update(own_calendar_roles=[*rules.own_calendar_roles, key])
