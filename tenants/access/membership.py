"""From a person to their place in a salon."""

from tenants.members.models import Member
from tenants.salons.models import Membership


def member_of(salon_id: int, user_id: int) -> Member | None:
    """The member, with the role of the public membership; None when there is none or it has ended.

    Call it inside the salon.
    """
    role = (
        Membership.objects.filter(salon_id=salon_id, user_id=user_id, is_active=True, user__is_active=True)
        .values_list("role", flat=True)
        .first()
    )
    member = Member.objects.filter(user_id=user_id, is_active=True).first() if role else None
    if member is not None and role is not None:
        member.role = role
    return member
