"""Keys as the page shows them: what they may in words, who made them, how they stand."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenants.access.membership import roles_in
from tenants.access.models import ApiKey
from tenants.access.roles import known
from tenants.access.words import LABELS
from tenants.members.models import Member

_STATES: dict[str, tuple[str | Promise, str]] = {
    ApiKey.State.ACTIVE: (gettext_lazy("In use"), "green"),
    ApiKey.State.ENDING: (gettext_lazy("Being replaced"), "yellow"),
    ApiKey.State.EXPIRED: (gettext_lazy("Ended"), "muted"),
    ApiKey.State.REVOKED: (gettext_lazy("Revoked"), "red"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A key with what belongs to it."""

    key: ApiKey
    role: str
    maker: Member | None
    successor: ApiKey | None

    @property
    def state_words(self) -> str:
        """How it stands; one that nobody has used says so."""
        if self.key.state == ApiKey.State.ACTIVE and self.key.last_used_at is None:
            return _("Not used yet")
        return str(_STATES[self.key.state][0])

    @property
    def tone(self) -> str:
        """The badge's colour."""
        return _STATES[self.key.state][1]

    @property
    def may_words(self) -> list[str]:
        """What it may do, one by one; empty where its role says it."""
        return [str(LABELS[one]) for one in LABELS if one in known(self.key.scopes)]

    @property
    def has_lost_maker(self) -> bool:
        """Whether whoever made it has left the salon."""
        return self.key.made_by is not None and (self.maker is None or not self.maker.is_active)


def shown(salon_id: int, rows: Sequence[ApiKey]) -> list[Shown]:
    """All of them with three questions. Inside the salon."""
    roles = {one.role: one.label for one in roles_in(salon_id)}
    makers = {one.public_id: one for one in Member.objects.filter(public_id__in={row.made_by for row in rows})}
    wanted = {row.replaced_by for row in rows if row.replaced_by}
    successors = {one.public_id: one for one in ApiKey.objects.filter(salon_id=salon_id, public_id__in=wanted)}
    return [
        Shown(
            row,
            roles.get(row.role, row.role),
            makers.get(row.made_by) if row.made_by else None,
            successors.get(row.replaced_by) if row.replaced_by else None,
        )
        for row in rows
    ]


def shown_one(salon_id: int, row: ApiKey) -> Shown:
    """The same of one."""
    return shown(salon_id, [row])[0]
