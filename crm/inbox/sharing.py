"""Teams, as somebody to share things with."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.inbox.models import Team
from tenants.sharing.kinds import SubjectKind
from tenants.sharing.shares import as_keys


def _choices() -> Iterable[tuple[str, str]]:
    return [(str(pk), name) for pk, name in Team.objects.order_by("name").values_list("pk", "name")]


def _of_member(member_id: int) -> Any:
    return as_keys(Team.objects.filter(members__contains=[member_id]))


def _members() -> Iterable[tuple[str, Iterable[int]]]:
    return [(str(pk), people) for pk, people in Team.objects.values_list("pk", "members")]


SUBJECTS = [SubjectKind("team", _("Team"), _choices, _of_member, _members)]
