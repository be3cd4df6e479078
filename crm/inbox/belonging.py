"""A member's place in the inbox: their teams, the conversations in their hands, and what becomes of these when they go
(MEMBER_FACTS, MEMBER_HOLDINGS, MEMBER_LEAVING_STEPS).
"""

from collections.abc import Sequence

from django.db.models import F, QuerySet
from django.db.models.expressions import Func
from django.urls import reverse
from django.utils.translation import ngettext

from crm.consent import policy
from crm.inbox import handing
from crm.inbox.handing import Handing
from crm.inbox.models import Conversation, Team
from tenants.members.facts import Fact
from tenants.members.models import Member

_AT_ONCE = 200


def teams_of(members: Sequence[int]) -> dict[int, list[Fact]]:
    """The teams of each."""
    found: dict[int, list[Fact]] = {}
    for team in Team.objects.filter(members__overlap=list(members)).order_by("name"):
        fact = Fact("users", team.name, reverse("inbox_settings:team", args=[team.public_id]))
        for pk in {*team.members} & {*members}:
            found.setdefault(pk, []).append(fact)
    return found


def holds(member: Member) -> str:
    """The open conversations that are theirs."""
    count = _open(member).count()
    words = ngettext("%(count)d open conversation", "%(count)d open conversations", count) % {"count": count}
    return words if count else ""


def hand_back(member: Member, *, for_good: bool, by: Member | None) -> None:
    """Their open conversations are nobody's; who does not come back belongs to no team either."""
    while batch := list(_open(member).order_by("pk").values_list("pk", flat=True)[:_AT_ONCE]):
        handing.assign([Handing(pk, by or member, None) for pk in batch])
    if for_good:
        without = Func(F("members"), member.pk, function="array_remove")
        Team.objects.filter(members__contains=[member.pk]).update(members=without)


def follow_role(like: str, key: str, *, by: Member) -> None:
    """What narrows a role's sight narrows its copy's (ROLE_COPY_STEPS)."""
    row = policy.stored()
    lists = {"own_only_roles": row.own_only_roles, "masked_roles": row.masked_roles}
    values = {name: [*roles, key] for name, roles in lists.items() if like in roles}
    if values:
        policy.change(values, by=by)


def _open(member: Member) -> QuerySet[Conversation]:
    return Conversation.objects.filter(assignee=member, closed_at=None)
