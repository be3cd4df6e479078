"""With whom things are shared: people, roles, and what apps add (teams)."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from ops.salon import current_salon_id
from tenants.access.membership import roles_in
from tenants.access.roles import Role
from tenants.members.models import Member
from tenants.sharing.kinds import subject_kinds
from tenants.sharing.shares import MEMBER, ROLE

Subject = tuple[str, str]
MOST = 500


@dataclass(frozen=True)
class Group:
    """A kind of subjects as a list offers it: (value, name) of each."""

    label: str
    icon: str
    choices: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Named:
    """Who has a right, for people to read."""

    name: str
    kind: str
    icon: str


class Known:
    """All of a salon's, read once for a page."""

    def __init__(self) -> None:
        people = Member.objects.order_by("name", "pk").values_list("pk", "name", "is_active")[:MOST]
        rows = list(people)
        self._all = {(MEMBER, str(pk)): name for pk, name, _active in rows}
        self._gone = {(MEMBER, str(pk)) for pk, _name, active in rows if not active}
        self._all |= {(ROLE, key): name for key, name in roles()}
        self._labels = {MEMBER: (_("Person"), "user"), ROLE: (_("Role"), "users")}
        for kind in subject_kinds().values():
            self._all |= {(kind.key, key): name for key, name in kind.choices()}
            self._labels[kind.key] = (str(kind.label), "users")

    def groups(self) -> list[Group]:
        """What may be chosen."""
        titles = {MEMBER: _("People"), ROLE: _("Roles")}
        found = []
        for kind, (label, icon) in self._labels.items():
            own = [
                (f"{kind}:{key}", name)
                for (other, key), name in self._all.items()
                if other == kind and (kind, key) not in self._gone
            ]
            if own:
                found.append(Group(titles.get(kind, label), icon, own))
        return found

    def read(self, value: str) -> Subject | None:
        """The subject that a form names; None for what is none of this salon's."""
        kind, _colon, key = value.partition(":")
        return (kind, key) if (kind, key) in self._all and (kind, key) not in self._gone else None

    def named(self, subject: Subject) -> Named:
        """Who that is."""
        label, icon = self._labels.get(subject[0], (subject[0], "user"))
        return Named(self._all.get(subject, _("Somebody who has left")), label, icon)


def roles() -> list[tuple[str, str]]:
    """Key and name of the roles that people of the salon may have; owners have everything as it is."""
    return [(one.role, one.label) for one in roles_in(current_salon_id() or 0) if one.role != Role.OWNER]
