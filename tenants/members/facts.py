"""What upper layers know of the people: shown beside their role, and handed back when they go (config.lists)."""

from collections.abc import Sequence
from typing import NamedTuple

from django.conf import settings
from django.utils.module_loading import import_string

from tenants.members.models import Member


class Fact(NamedTuple):
    """Something that a member is in the salon, with a path where one sees more."""

    icon: str
    text: str
    url: str = ""


def facts_of(members: Sequence[int]) -> dict[int, list[Fact]]:
    """member -> what they are, in the order of MEMBER_FACTS; one question of each for all."""
    found: dict[int, list[Fact]] = {pk: [] for pk in members}
    for path in settings.MEMBER_FACTS if members else ():
        for pk, facts in import_string(path)(members).items():
            found[pk] += facts
    return found


def holdings_of(member: Member) -> list[str]:
    """What is in their hands and would be handed back, in words."""
    return [words for path in settings.MEMBER_HOLDINGS if (words := import_string(path)(member))]


def hand_back(member: Member, *, for_good: bool, by: Member | None) -> None:
    """In the transaction in which they go: what was in their hands is nobody's."""
    for path in settings.MEMBER_LEAVING_STEPS:
        import_string(path)(member, for_good=for_good, by=by)
