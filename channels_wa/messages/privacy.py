"""What guests and salon wrote to each other, and under which names guests are known."""

from django.utils.translation import gettext_lazy as _

from channels_wa.messages.privacy_rules import RETENTION  # noqa: F401
from tenants.privacy.declaring import BY_RULE, LAST, LEAVES, OF_CONTACT, OF_MESSAGE, ROWS, Table

TABLES = [
    Table(
        "status_event",
        holds=("errors", "pricing"),
        also=("status", "at"),
        why=_("To know whether a message arrived"),
        kept=BY_RULE,
        where=OF_MESSAGE,
        order=LEAVES + 1,
        label=_("Ticks of messages"),
    ),
    Table(
        "message",
        holds=("text", "payload", "recipient", "wamid", "raw"),
        also=("public_id", "direction", "type", "status", "reason", "purpose", "at"),
        why=_("To answer guests"),
        kept=BY_RULE,
        where=OF_CONTACT,
        order=ROWS,
        label=_("Messages"),
    ),
    Table(
        "identity",
        holds=("kind", "value"),
        also=("created_at", "former_at"),
        why=_("To reach guests"),
        where=OF_CONTACT,
        order=LAST - 3,
        label=_("Phones and ids of WhatsApp"),
    ),
    Table(
        "seen",
        holds=("wamid",),
        why=_("To take no message twice: WhatsApp repeats them for days"),
        kept=_("30 days"),
        stays=_("WhatsApp's own ids of messages, up to 30 days, so that a repeat is not taken for a new message."),
        in_export=False,
        label=_("Ids of messages that were taken"),
    ),
]
