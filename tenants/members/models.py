"""Members as the salon's own rows point to them."""

from django.db import models

from ops import clock
from ops.ids import uuid7
from tenants.access.roles import NO_RIGHTS, Permission, Rights


class Member(models.Model):
    """A person who works in this salon; `user_id` is the public account, by value."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    user_id = models.BigIntegerField(unique=True)
    name = models.CharField(max_length=120)
    is_active = models.BooleanField(default=True)
    # Gets no new conversations in turn.
    is_away = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "member"

    def __str__(self) -> str:
        return self.name

    # The role stands in the public membership; the middleware puts it here for the length of a request.
    rights: Rights = NO_RIGHTS

    def may(self, permission: Permission) -> bool:
        """Whether this member's role holds the permission."""
        return self.rights.may(permission)

    @property
    def role(self) -> str:
        """The key of the role."""
        return self.rights.role

    def was_given(self, kind: str, permission: str) -> bool:
        """Whether they were given, beside what their role opens, what this permission means on a thing of this kind."""
        from tenants.sharing.queries import was_given  # late: its tables name members

        return was_given(self, kind, permission)

    @property
    def role_label(self) -> str:
        """The role in the reader's language."""
        return self.rights.label
