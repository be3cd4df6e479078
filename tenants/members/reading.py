"""The salon's people as the page shows them: a few questions for all of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator

from portal.frame.keyset import Page, by_id
from tenants.access.membership import STORED, rights_of, with_role
from tenants.access.roles import Permission, Rights
from tenants.members.facts import Fact, facts_of
from tenants.members.models import Member
from tenants.salons.models import Membership, Salon

SIZE = 50


@dataclass(frozen=True, slots=True)
class Person:
    """One of the salon's people."""

    member: Member
    email: str
    rights: Rights
    is_active: bool
    seen_at: datetime | None
    has_second_factor: bool
    facts: Sequence[Fact]
    is_me: bool
    may_change: bool


def people_of(salon: Salon, reader: Member, *, before: str = "") -> tuple[list[Person], Page]:
    """A page of everybody who was not removed."""
    places = with_role(Membership.objects.filter(salon=salon, removed_at=None)).select_related("user")
    page = by_id(places, before=before, size=SIZE)
    return _people(page.rows, reader), page


def person_of(salon: Salon, member: Member, reader: Member) -> Person | None:
    """One of them; None for somebody who was removed."""
    places = with_role(Membership.objects.filter(salon=salon, removed_at=None, user_id=member.user_id))
    found = _people(list(places.select_related("user")), reader)
    return found[0] if found else None


def _people(places: Sequence[Membership], reader: Member) -> list[Person]:
    users = [one.user_id for one in places]
    members = {one.user_id: one for one in Member.objects.filter(user_id__in=users)}
    facts, proven = facts_of([one.pk for one in members.values()]), _with_second_factor(users)
    manages = reader.may(Permission.MEMBERS_MANAGE)
    found = []
    for place in places:
        member = members.get(place.user_id)
        if member is None:
            continue
        held = rights_of(place.role, getattr(place, STORED))
        found.append(
            Person(
                member=member,
                email=place.user.email,
                rights=held,
                is_active=place.is_active and place.user.is_active,
                seen_at=place.last_seen_at,
                has_second_factor=place.user_id in proven,
                facts=facts[member.pk],
                is_me=place.user_id == reader.user_id,
                may_change=manages and reader.rights.covers(held),
            )
        )
    return found


def _with_second_factor(users: Sequence[int]) -> set[int]:
    found = Authenticator.objects.filter(user_id__in=users).exclude(type=Authenticator.Type.RECOVERY_CODES)
    return set(found.values_list("user_id", flat=True))
