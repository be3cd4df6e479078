"""From a person to their place in a salon, with what their role holds: one question, nothing is kept."""

from datetime import timedelta
from typing import Any, TypeVar

from django.db.models import Exists, JSONField, Model, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject

from ops import clock
from tenants.access.roles import NO_RIGHTS, OWNERS_ONLY, Permission, Rights, Role, built_in, rights
from tenants.members.models import Member
from tenants.salons.models import Membership, RoleDefinition

# What stands in `stored`, see with_role.
STORED = "stored_role"
SEEN_EVERY = timedelta(minutes=5)
Row = TypeVar("Row", bound=Model)
_MEMBER = """
SELECT member.*, s.role AS membership_role, s.last_seen_at AS seen_at,
    r.permissions AS stored_permissions, r.label AS stored_label
FROM membership s JOIN user_account u ON u.id = s.user_id JOIN member ON member.user_id = s.user_id
LEFT JOIN role r ON r.key = s.role AND (r.salon_id IS NULL OR r.salon_id = s.salon_id)
WHERE s.salon_id = %s AND s.user_id = %s AND s.is_active AND u.is_active AND member.is_active
"""


def with_role(rows: QuerySet[Row]) -> QuerySet[Row]:
    """Rows that have `salon_id` and `role` (memberships, keys), each with its role's row in the same question."""
    known = RoleDefinition.objects.filter(Q(salon=None) | Q(salon=OuterRef("salon_id")), key=OuterRef("role"))
    of_role = known.values(of_role=JSONObject(permissions="permissions", label="label"))[:1]
    found: QuerySet[Row] = rows.annotate(**{STORED: Subquery(of_role, output_field=JSONField())})
    return found


def rights_of(role: str, stored: Any) -> Rights:
    """What a role gives by its row; one without a row gives nothing, the owner's gives all."""
    if stored is None:
        return built_in(role) if role == Role.OWNER else NO_RIGHTS
    return rights(role, stored["permissions"], stored["label"])


def member_of(salon_id: int, user_id: int) -> Member | None:
    """The member, with the rights of the public membership; None when there is none or it has ended.

    Call it inside the salon.
    """
    # Every request asks this: written out, as building the question would take longer than answering it.
    for found in Member.objects.raw(_MEMBER, [salon_id, user_id]):
        row: Any = found
        stored = {"permissions": row.stored_permissions, "label": row.stored_label}
        found.rights = rights_of(row.membership_role, stored if row.stored_label is not None else None)
        return found
    return None


def note_seen(member: Member, salon_id: int) -> None:
    """Keep that they are here, SEEN_EVERY exact; most requests write nothing."""
    now, seen_at = clock.real(), getattr(member, "seen_at", None)
    if seen_at is None or now - seen_at > SEEN_EVERY:
        Membership.objects.filter(salon_id=salon_id, user_id=member.user_id).update(last_seen_at=now)


def rights_in(salon_id: int) -> dict[int, Rights]:
    """user -> rights, of everybody who has a place in the salon."""
    active = Membership.objects.filter(salon_id=salon_id, is_active=True, user__is_active=True)
    rows = with_role(active).values_list("user_id", "role", STORED)
    return {user_id: rights_of(role, stored) for user_id, role, stored in rows}


def holders(salon_id: int, permission: Permission) -> QuerySet[Membership]:
    """The active memberships whose role holds the permission."""
    active = Membership.objects.filter(salon_id=salon_id, is_active=True, user__is_active=True)
    holds = Q(role=Role.OWNER)
    if permission not in OWNERS_ONLY:
        roles = RoleDefinition.objects.filter(Q(salon=None) | Q(salon_id=salon_id), key=OuterRef("role"))
        holds |= Q(Exists(roles.filter(permissions__contains=[permission.value])))
    return active.filter(holds)


def roles_in(salon_id: int) -> list[Rights]:
    """The roles that people of the salon may have: the built-in ones from the highest down, then the salon's own."""
    rows = RoleDefinition.objects.filter(Q(salon=None) | Q(salon_id=salon_id)).order_by("label", "pk")
    order = {role: place for place, role in enumerate(Role.values)}
    found = [rights(row.key, row.permissions, row.label) for row in rows]
    return sorted(found, key=lambda one: order.get(one.role, len(order)))
