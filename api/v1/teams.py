"""/api/v1/teams/ and /api/v1/members/: who answers guests."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import Conflict, NotYours
from api.examples import described
from api.fields import Body, Instant, rows_now
from api.idempotency import idempotent
from api.names import numbers_by_pk, public_ids
from api.viewset import SalonViewSet
from channels_wa.numbers.queries import own_numbers
from crm.inbox import assigning, teams
from crm.inbox.models import Team
from ops.salon import current_salon_id
from tenants.access.roles import Permission
from tenants.members.models import Member
from tenants.salons.models import Membership

MOST = 200
ID = "019a1f5b-2222-7333-8444-555566667777"
EXAMPLE = {
    "id": "019a1f90-3b4c-7d5e-8f60-718293a4b5c6",
    "name": "Recepção",
    "members": [ID],
    "numbers": ["019a1f5c-1111-7222-8333-444455556666"],
    "takes_turns": True,
    "created_at": "2026-11-01T12:00:00Z",
}


@described("Team", EXAMPLE)
class TeamOut(serializers.Serializer[Any]):
    """Members who share conversations."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    members = serializers.ListField(child=serializers.UUIDField(), help_text="In the order of their turns.")
    numbers = serializers.ListField(
        child=serializers.UUIDField(), help_text="Connections whose new conversations come to the team."
    )
    takes_turns = serializers.BooleanField(help_text="Each conversation goes to the next member who is there.")
    created_at = Instant()


class TeamPatch(Body):
    """What to change."""

    name = serializers.CharField(max_length=60, required=False)
    members = serializers.ListField(child=serializers.UUIDField(), max_length=MOST, required=False)
    numbers = serializers.ListField(child=serializers.UUIDField(), max_length=MOST, required=False)
    takes_turns = serializers.BooleanField(required=False)


class TeamIn(TeamPatch):
    """A new team."""

    name = serializers.CharField(max_length=60)


class TeamViewSet(SalonViewSet[Team]):
    """The salon's teams."""

    what = "team"
    permissions = {
        "list": Permission.INBOX_SEE,
        "retrieve": Permission.INBOX_SEE,
        "create": Permission.INBOX_MANAGE,
        "partial_update": Permission.INBOX_MANAGE,
        "destroy": Permission.INBOX_MANAGE,
    }
    queryset = Team.objects.all()
    serializer_class = TeamOut
    http_method_names = ["get", "post", "patch", "delete", "head"]

    def present(self, rows: Sequence[Team]) -> Sequence[object]:
        """With the public ids of members and numbers."""
        members = public_ids(Member.objects.all(), (pk for row in rows for pk in row.members))
        numbers = numbers_by_pk()
        return [
            {
                "id": row.public_id,
                "name": row.name,
                "members": [members[pk] for pk in row.members if pk in members],
                "numbers": [numbers[pk] for pk in row.number_ids if pk in numbers],
                "takes_turns": row.takes_turns,
                "created_at": row.created_at,
            }
            for row in rows
        ]

    @extend_schema(request=TeamIn, responses={201: TeamOut})
    @idempotent
    def create(self, request: Request) -> Response:
        """Make a team."""
        made = self._save(None, self.read(TeamIn))
        return self.shown(made, status.HTTP_201_CREATED)

    @extend_schema(request=TeamPatch)
    @idempotent
    def partial_update(self, request: Request, id: str) -> Response:
        """Change what is given; `members` and `numbers` as a whole."""
        return Response(self.show([self._save(self.load(id), self.read(TeamPatch))])[0])

    @extend_schema(responses={204: None})
    @idempotent
    def destroy(self, request: Request, id: str) -> Response:
        """End a team; its conversations stay with whoever has them."""
        teams.delete(self.load(id), by=self.actor.who)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _save(self, team: Team | None, given: dict[str, Any]) -> Team:
        values: dict[str, Any] = {
            "name": given.get("name", team.name if team else ""),
            "takes_turns": given.get("takes_turns", team.takes_turns if team else False),
            "members": _pks(answering, given["members"], "members") if "members" in given else _held(team, "members"),
            "number_ids": _pks(own_numbers, given["numbers"], "numbers")
            if "numbers" in given
            else _held(team, "number_ids"),
        }
        try:
            return teams.save(team, values, by=self.actor.who)
        except teams.NameTaken as taken:
            raise Conflict("Another team has this name.", field="name", code="taken") from taken


def answering() -> QuerySet[Member]:
    """Members whose role answers guests."""
    return Member.objects.filter(pk__in=[one.pk for one in assigning.people_of(current_salon_id() or 0)])


def _held(team: Team | None, name: str) -> list[int]:
    return list(getattr(team, name)) if team else []


def _pks(rows: Any, given: list[Any], field: str) -> list[int]:
    """Keys of these ids, in their order. Raises NotYours."""
    known = dict(rows_now(rows).filter(public_id__in=given).values_list("public_id", "pk"))
    for place, one in enumerate(given):
        if one not in known:
            raise NotYours(f"{field}.{place}", {"members": "member who answers", "numbers": "number"}[field])
    return [known[one] for one in dict.fromkeys(given)]


@described("Member", {"id": ID, "name": "Bia", "role": "receptionist", "is_away": False})
class MemberOut(serializers.Serializer[Any]):
    """Somebody of the salon's team."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    role = serializers.CharField(
        allow_null=True,
        help_text="owner, manager, professional, receptionist, viewer, or the key of a role of the salon's own.",
    )
    is_away = serializers.BooleanField(help_text="Left out when conversations go round.")


class MemberViewSet(SalonViewSet[Member]):
    """Who works at the salon, to read: ids for `assignee`, `owner` and `members`."""

    what = "member"
    permissions = {"list": Permission.INBOX_SEE, "retrieve": Permission.INBOX_SEE}
    queryset = Member.objects.filter(is_active=True)
    serializer_class = MemberOut

    def present(self, rows: Sequence[Member]) -> Sequence[object]:
        """With their roles."""
        memberships = Membership.objects.filter(salon_id=current_salon_id() or 0, is_active=True)
        roles = dict(memberships.values_list("user_id", "role"))
        return [
            {"id": row.public_id, "name": row.name, "role": roles.get(row.user_id), "is_away": row.is_away}
            for row in rows
        ]
