"""What may be done with one thing, and what a grant of a right opens."""

from django.db import models
from django.utils.translation import gettext_lazy as _

Rights = frozenset["Right"]


class Right(models.TextChoices):
    """`view < edit < delete`; `share` lets pass on what one has; `admin` is all of it, and to say who else has it."""

    VIEW = "view", _("May see it")
    EDIT = "edit", _("May see and change it")
    DELETE = "delete", _("May see, change and delete it")
    SHARE = "share", _("May see it and share it")
    ADMIN = "admin", _("May do everything with it")


NONE: Rights = frozenset()
ALL: Rights = frozenset(Right)
OPENS: dict[Right, Rights] = {
    Right.VIEW: frozenset({Right.VIEW}),
    Right.EDIT: frozenset({Right.VIEW, Right.EDIT}),
    Right.DELETE: frozenset({Right.VIEW, Right.EDIT, Right.DELETE}),
    Right.SHARE: frozenset({Right.VIEW, Right.SHARE}),
    Right.ADMIN: ALL,
}


def may_give(own: Rights) -> list[Right]:
    """What somebody with these rights may pass on: nothing without `share`, and never more than they have."""
    if Right.SHARE not in own:
        return []
    return [right for right in Right if OPENS[right] <= own]
