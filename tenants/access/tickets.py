"""Who may be where, asked for many at once: a process with hundreds of open sockets asks again every few seconds."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.utils.crypto import constant_time_compare

from ops.salon import inside
from tenants.access.membership import STORED, rights_of, with_role
from tenants.access.middleware import SALON_IN_SESSION
from tenants.access.roles import NO_RIGHTS, Permission, Rights
from tenants.accounts.keeping import read
from tenants.accounts.models import User
from tenants.members.models import Member
from tenants.operators import support
from tenants.salons.hosts import salon_at
from tenants.salons.models import Membership
from tenants.sharing.shares import OfSalon, ask_together


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a browser shows at a salon's door: the host (without port) and the key of its session."""

    host: str
    session_key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Place:
    """Whom a ticket lets in, and as what."""

    salon_id: int
    user_id: int
    member_id: int
    rights: Rights = NO_RIGHTS
    # What things were given to people of the salon one by one: read for all of them where one needs it.
    shares: OfSalon = field(default_factory=OfSalon, compare=False)

    @property
    def role(self) -> str:
        """The key of the role."""
        return self.rights.role

    def may(self, permission: Permission) -> bool:
        """Whether the role holds the permission."""
        return self.rights.may(permission)

    def member(self) -> Member:
        """Whoever sits there, as far as rights go."""
        who = Member(pk=self.member_id)
        who.rights = self.rights
        ask_together(who, self.shares)
        return who


def places(tickets: Iterable[Ticket]) -> dict[Ticket, Place]:
    """The place of each ticket that has one; three questions for all, and one more for each salon."""
    claimed = _claims(list(dict.fromkeys(tickets)))
    claims = {ticket: (user_id, salon_id) for ticket, (user_id, salon_id, visit) in claimed.items() if not visit}
    users = {pk for pk, _salon_id in claims.values()}
    salons = {salon_id for _pk, salon_id in claims.values()}
    active = Membership.objects.filter(user_id__in=users, salon_id__in=salons, is_active=True, user__is_active=True)
    held = {
        (user_id, salon_id): rights_of(role, stored)
        for user_id, salon_id, role, stored in with_role(active).values_list("user_id", "salon_id", "role", STORED)
    }
    members = _members(held)
    shares = {salon_id: OfSalon() for salon_id in salons}
    visits = {ticket: claim for ticket, claim in claimed.items() if claim[2]}
    return {
        ticket: Place(claim[1], claim[0], members[claim], held[claim], shares[claim[1]])
        for ticket, claim in claims.items()
        if claim in members
    } | _operators(visits)


def _operators(claims: dict[Ticket, tuple[int, int, str]]) -> dict[Ticket, Place]:
    """Those who are in a salon for a while, as the platform's support."""
    found = {}
    for ticket, (user_id, salon_id, visit_id) in claims.items():
        if visit := support.living(salon_id, user_id, visit_id):
            with inside(salon_id):
                member = support.member_of(visit)
            if member is not None:
                found[ticket] = Place(salon_id, user_id, member.pk, member.rights, OfSalon())
    return found


def _claims(tickets: Sequence[Ticket]) -> dict[Ticket, tuple[int, int, str]]:
    """Which user says to be at which salon, in which visit, where session and password still stand."""
    sessions = read({ticket.session_key for ticket in tickets})
    found = {}
    for ticket in tickets:
        salon, session = salon_at(ticket.host), sessions.get(ticket.session_key, {})
        if salon is not None and session.get(SALON_IN_SESSION) == salon.pk and BACKEND_SESSION_KEY in session:
            found[ticket] = (str(session.get(SESSION_KEY, "")), salon.pk)
    wanted = {int(user_id) for user_id, _salon_id in found.values() if user_id.isdecimal()}
    users = {str(user.pk): user for user in User.objects.filter(pk__in=wanted, is_active=True)}
    return {
        ticket: (users[user_id].pk, salon_id, str(sessions[ticket.session_key].get(support.VISIT, "")))
        for ticket, (user_id, salon_id) in found.items()
        if user_id in users and _is_of(sessions[ticket.session_key], users[user_id])
    }


def _is_of(session: dict[str, Any], user: User) -> bool:
    return constant_time_compare(session.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash())


def _members(held: Collection[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """(user, salon) -> member, of those who have a place in the salon's own book."""
    found = {}
    for salon_id in sorted({salon_id for _user_id, salon_id in held}):
        users = [user_id for user_id, other in held if other == salon_id]
        with inside(salon_id):
            rows = list(Member.objects.filter(user_id__in=users, is_active=True).values_list("user_id", "pk"))
        found.update({(user_id, salon_id): pk for user_id, pk in rows})
    return found
