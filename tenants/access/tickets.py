"""Who may be where, asked for many at once: a process with hundreds of open sockets asks again every few seconds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.utils.crypto import constant_time_compare

from ops import clock
from ops.salon import inside
from tenants.access.middleware import SALON_IN_SESSION
from tenants.accounts.models import User
from tenants.accounts.sessions import store
from tenants.members.models import Member
from tenants.salons.hosts import salon_at
from tenants.salons.models import Membership


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a browser shows at a salon's door: the host (without port) and the key of its session."""

    host: str
    session_key: str


@dataclass(frozen=True, slots=True)
class Place:
    """Whom a ticket lets in, and as what."""

    salon_id: int
    user_id: int
    member_id: int
    role: str


def places(tickets: Iterable[Ticket]) -> dict[Ticket, Place]:
    """The place of each ticket that has one; three questions for all, and one more for each salon."""
    claims = _claims(list(dict.fromkeys(tickets)))
    users = {pk for pk, _salon_id in claims.values()}
    roles = {
        (user_id, salon_id): role
        for user_id, salon_id, role in Membership.objects.filter(
            user_id__in=users,
            salon_id__in={salon_id for _pk, salon_id in claims.values()},
            is_active=True,
            user__is_active=True,
        ).values_list("user_id", "salon_id", "role")
    }
    members = _members(roles)
    return {
        ticket: Place(claim[1], claim[0], members[claim], roles[claim])
        for ticket, claim in claims.items()
        if claim in members
    }


def _claims(tickets: Sequence[Ticket]) -> dict[Ticket, tuple[int, int]]:
    """Which user says to be at which salon, where session and password still stand."""
    sessions = _sessions({ticket.session_key for ticket in tickets})
    found = {}
    for ticket in tickets:
        salon, session = salon_at(ticket.host), sessions.get(ticket.session_key, {})
        if salon is not None and session.get(SALON_IN_SESSION) == salon.pk and BACKEND_SESSION_KEY in session:
            found[ticket] = (str(session.get(SESSION_KEY, "")), salon.pk)
    wanted = {int(user_id) for user_id, _salon_id in found.values() if user_id.isdecimal()}
    users = {str(user.pk): user for user in User.objects.filter(pk__in=wanted, is_active=True)}
    return {
        ticket: (users[user_id].pk, salon_id)
        for ticket, (user_id, salon_id) in found.items()
        if user_id in users and _is_of(sessions[ticket.session_key], users[user_id])
    }


def _sessions(keys: set[str]) -> dict[str, dict[str, Any]]:
    """What stands in those of these sessions that last."""
    keeper = store()
    rows = keeper.get_model_class().objects.filter(session_key__in=keys, expire_date__gt=clock.real())
    return {row.session_key: keeper.decode(row.session_data) for row in rows}


def _is_of(session: dict[str, Any], user: User) -> bool:
    return constant_time_compare(session.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash())


def _members(roles: dict[tuple[int, int], str]) -> dict[tuple[int, int], int]:
    """(user, salon) -> member, of those who have a place in the salon's own book."""
    found = {}
    for salon_id in sorted({salon_id for _user_id, salon_id in roles}):
        users = [user_id for user_id, other in roles if other == salon_id]
        with inside(salon_id):
            rows = list(Member.objects.filter(user_id__in=users, is_active=True).values_list("user_id", "pk"))
        found.update({(user_id, salon_id): pk for user_id, pk in rows})
    return found
