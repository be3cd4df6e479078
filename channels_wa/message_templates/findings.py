"""What the lint says."""

from typing import NamedTuple

from django.utils.translation import gettext as _


class Finding(NamedTuple):
    """One thing about one field."""

    field: str
    text: str
    is_error: bool


def error(field: str, text: str) -> Finding:
    """Meta would refuse it."""
    return Finding(field, text, True)


def advice(field: str, text: str) -> Finding:
    """Meta takes it, but something else would be better."""
    return Finding(field, text, False)


def at_most(most: int, length: int) -> str:
    """The sentence about a text that is too long."""
    return _("Must have at most %(most)d characters; it has %(length)d.") % {"most": most, "length": length}
