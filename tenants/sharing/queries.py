"""What somebody may do with a thing: what their role says, and what they were given beside it.

Grants add to the role. A restricted thing is closed to the role's permissions, except for who holds SHARES_MANAGE.
`who` is a Member or an ApiKey, inside the salon. At most one query for all questions of a request (shares.py), and
none for those to whom nothing could be given or closed.
"""

from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet

from tenants.access.roles import Permission
from tenants.sharing.kinds import Kind, kind_of
from tenants.sharing.rights import ALL, NONE, Right, Rights
from tenants.sharing.shares import shares_of

Row = TypeVar("Row", bound=Model)

_LEVELS = (Right.VIEW, Right.EDIT, Right.DELETE)


def holds(who: Any, permission: Permission) -> bool:
    """Whether their role holds the permission and, of a program with scopes, a scope names it."""
    return bool(who.may(permission))


def rights_on(who: Any, kind: str, thing: UUID | str) -> Rights:
    """All that they may do with this thing; nothing where they may not see it."""
    found = held_on(who, kind_of(kind), UUID(str(thing)))
    return found if Right.VIEW in found else NONE


def may_on(who: Any, kind: str, thing: UUID | str, right: Right) -> bool:
    """Whether they may do this with it."""
    return right in rights_on(who, kind, thing)


def may_some(who: Any, kind: str, right: Right = Right.VIEW) -> bool:
    """Whether there may be a thing of this kind with which they may do this: their role says so, or some grant."""
    known = kind_of(kind)
    if right in _LEVELS and holds(who, known.permissions[right]):
        return True
    return any(right in rights for rights in _given(who, known).values())


def visible(
    who: Any, rows: QuerySet[Row], kind: str, right: Right = Right.VIEW, *, field: str = "public_id"
) -> QuerySet[Row]:
    """Of these rows those with which they may do this; `field` leads to the thing's public id."""
    known = kind_of(kind)
    if not holds(who, known.permissions[right]):
        return rows.filter(**{f"{field}__in": [pk for pk, rights in _given(who, known).items() if right in rights]})
    closed = closed_to(who, kind, right)
    return rows.exclude(**{f"{field}__in": closed}) if closed else rows


def reached(
    who: Any, rows: QuerySet[Row], kind: str, permission: Permission, *, field: str = "public_id"
) -> QuerySet[Row]:
    """Of these rows those to which this permission, or a grant in its place, leads them.

    One that the kind does not know (to see the runs of flows, say) leads to all that is not closed to them.
    """
    if permission in kind_of(kind).permissions.values():
        return visible(who, rows, kind, field=field)
    if not holds(who, permission):
        return rows.filter(**{f"{field}__in": opened_to(who, kind)})
    closed = closed_to(who, kind)
    return rows.exclude(**{f"{field}__in": closed}) if closed else rows


def closed_to(who: Any, kind: str, right: Right = Right.VIEW) -> frozenset[UUID]:
    """The things that are restricted, and with which they may not do this; whatever else their role says."""
    if holds(who, Permission.SHARES_MANAGE):
        return frozenset()
    restricted = shares_of(who).restricted.get(kind, set())
    if not restricted:
        return frozenset()
    given = _given(who, kind_of(kind))
    return frozenset(thing for thing in restricted if right not in given.get(thing, NONE))


def opened_to(who: Any, kind: str, right: Right = Right.VIEW) -> frozenset[UUID]:
    """The things with which they may do this because it was given to them."""
    return frozenset(thing for thing, rights in _given(who, kind_of(kind)).items() if right in rights)


def sight_of(who: Any, kind: str) -> tuple[frozenset[UUID], ...]:
    """What makes their sight of a kind another than their role's; empty for who sees all. Equal ones see the same."""
    if holds(who, Permission.SHARES_MANAGE) and holds(who, kind_of(kind).permissions[Right.VIEW]):
        return ()
    closed, opened = closed_to(who, kind), opened_to(who, kind)
    return (closed, opened) if closed or opened else ()


def was_given(who: Any, kind: str, permission: str) -> bool:
    """Whether what this permission means was given to them on any thing of this kind."""
    return bool(opened_to(who, kind, kind_of(kind).right_of(Permission(permission))))


def was_given_some(who: Any, kind: str, permission: Permission) -> bool:
    """Whether in place of this permission anything of this kind was given to them: which one is looked at later."""
    return bool(opened_to(who, kind))


def by_role(who: Any, kind: Kind, thing: UUID, also: Rights = NONE) -> Rights:
    """What their role gives on it; `also`: what it gives by a permission that the kind does not know."""
    found = also | {right for right, permission in kind.permissions.items() if holds(who, permission)}
    if holds(who, Permission.SHARES_MANAGE):
        return found | {Right.SHARE, Right.ADMIN}
    return NONE if thing in shares_of(who).restricted.get(kind.key, set()) else found


def held_on(who: Any, kind: Kind, thing: UUID, also: Rights = NONE) -> Rights:
    """What role and grants give, each by itself."""
    found = by_role(who, kind, thing, also)
    return found if found == ALL else found | _given(who, kind).get(thing, NONE)


def _given(who: Any, kind: Kind) -> dict[UUID, Rights]:
    """What was given to them; to a program only what its scopes name."""
    given = shares_of(who).given.get(kind.key, {})
    scopes = getattr(who, "scopes", None)
    if not scopes:
        return given
    held = frozenset(right for right, permission in kind.permissions.items() if permission.value in scopes)
    return {thing: rights & held for thing, rights in given.items()}
