"""Who calls the API: a member in their browser, or a program with a key."""

from dataclasses import dataclass
from typing import Any

from tenants.access.models import ApiKey
from tenants.access.roles import Permission
from tenants.members.models import Member


@dataclass(frozen=True, slots=True)
class Actor:
    """One caller; `who` is what the audit log names."""

    who: Member | ApiKey
    is_authenticated: bool = True

    @property
    def key(self) -> str:
        """The same for every request of this caller, in no other salon the same."""
        return f"{type(self.who).__name__.lower()}:{self.who.public_id}"

    @property
    def member(self) -> Member | None:
        """The person; None for a program."""
        return self.who if isinstance(self.who, Member) else None

    def may(self, permission: Permission) -> bool:
        """Whether the role holds the permission and, for a key with scopes, a scope names it."""
        return self.who.may(permission)


def actor_of(request: Any) -> Actor:
    """The caller of a request that was let in. Raises TypeError for any other."""
    actor = request.user
    if not isinstance(actor, Actor):
        raise TypeError("nobody is known to call; the action was not guarded")
    return actor
