"""Talks with guests."""

from django.core.cache import cache
from django.db import connection
from django.utils.translation import gettext_lazy as _

from crm.inbox.privacy_rules import RETENTION  # noqa: F401
from tenants.privacy.declaring import LEAVES, OF_CONTACT, OF_TALK, TALKS, Nothing, Table
from tenants.privacy.whom import Person

TABLES = [
    Table(
        "draft",
        holds=("text",),
        also=("updated_at",),
        why=_("What a member has begun to write"),
        where=OF_TALK,
        in_export=False,
        order=LEAVES,
        label=_("Drafts"),
    ),
    Table(
        "conversation",
        holds=("last_text",),
        also=("public_id", "opened_at", "closed_at", "last_at"),
        why=_("To answer guests"),
        where=OF_CONTACT,
        order=TALKS,
        label=_("Conversations"),
    ),
    Nothing("team", _("names and members of teams")),
    Nothing("canned_reply", _("texts of the salon's own")),
]


def before_erasure(person: Person) -> None:
    """What is remembered of what was read and who typed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM conversation WHERE contact_id = ANY(%s)", [list(person.ids)])
        talks = [pk for (pk,) in cursor.fetchall()]
    for pk in talks:
        cache.delete(f"told-read:{pk}")
        cache.delete(f"typing:{pk}")
