"""The door of one thing: 404 for whoever may not see it, as for one that is none; 403 for whoever may only look."""

from typing import Any, Final, NoReturn
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404

from tenants.access.roles import Permission
from tenants.sharing.kinds import kind_of, kinds
from tenants.sharing.queries import held_on, holds, may_some, opened_to
from tenants.sharing.rights import NONE, Right, Rights

# Of a view that serves all kinds, and looks itself at the thing.
ANY: Final = "*"


def check(who: Any, permission: Permission, shared: str, right: Right | None, thing: UUID | str | None) -> None:
    """Raises PermissionDenied and Http404.

    A permission that gives no right on the kind (to see the runs of flows, say) opens all of them that are not
    restricted; who does not hold it needs `right` (by default to see it) by a grant.
    """
    by_role = holds(who, permission)
    if shared == ANY:
        if not by_role and not any(opened_to(who, kind, Right.SHARE) for kind in kinds()):
            raise PermissionDenied(permission.value)
        return
    known = kind_of(shared)
    wanted = right or known.right_of(permission)
    if not by_role and permission not in known.permissions.values():
        given = opened_to(who, shared, wanted)
        if not given:
            raise PermissionDenied(permission.value)
        if thing is not None and UUID(str(thing)) not in given:
            _refuse(held_on(who, known, UUID(str(thing))), wanted)
        return
    # Who holds neither the permission nor anything of this kind is not told which of its things there are.
    if not by_role and not may_some(who, shared, wanted if thing is None else Right.VIEW):
        raise PermissionDenied(permission.value)
    if thing is not None:
        check_thing(who, shared, thing, wanted, by_role=by_role)


def check_thing(who: Any, kind: str, thing: UUID | str, wanted: Right, *, by_role: bool = False) -> None:
    """The same of one thing; `by_role`: the role gives this right by a permission that the kind does not know."""
    found = held_on(who, kind_of(kind), UUID(str(thing)), frozenset({wanted}) if by_role else NONE)
    if wanted not in found:
        _refuse(found, wanted)


def _refuse(found: Rights, wanted: Right) -> NoReturn:
    if Right.VIEW not in found:
        raise Http404
    raise PermissionDenied(wanted.value)
