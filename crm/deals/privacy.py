"""What guests may buy, and what is to be done for them."""

from django.utils.translation import gettext_lazy as _

from tenants.privacy.declaring import LEAVES, OF_CONTACT, ROWS, Nothing, Table

_OF_DEAL = "t.deal_id IN (SELECT id FROM deal WHERE contact_id = ANY(%(c)s))"

TABLES = [
    Table(
        "deal_move",
        holds=("deal_id",),
        also=("at",),
        why=_("The history of a deal"),
        where=_OF_DEAL,
        order=LEAVES,
        label=_("Moves of deals"),
    ),
    Table(
        "task",
        holds=("text",),
        also=("kind", "due_at", "done_at"),
        why=_("What is to be done for a guest"),
        where=f"({OF_CONTACT} OR {_OF_DEAL})",
        order=LEAVES,
        label=_("Tasks"),
    ),
    Table(
        "deal",
        holds=("title",),
        also=("value_minor", "currency", "source", "lost_reason", "created_at", "closed_at"),
        why=_("What a guest may buy"),
        where=OF_CONTACT,
        order=ROWS,
        label=_("Deals"),
    ),
    Nothing("pipeline", _("how the salon sells")),
    Nothing("stage", _("how the salon sells")),
]
