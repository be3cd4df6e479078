"""What Meta delivered: the guest is cut out of it."""

from django.db import connection
from django.utils.translation import gettext_lazy as _

from channels_wa.inbound import cutting
from tenants.privacy.declaring import BY_NAME, Table
from tenants.privacy.whom import Person, salon_id

# An order key is a number's id and the guest's best identity.
_OF_ITEM = (
    "(t.salon_id = %(salon)s AND (split_part(t.order_key, ':', 2) = ANY(%(values)s) "
    "OR t.message_id IN (SELECT id FROM message WHERE contact_id = ANY(%(c)s))))"
)

TABLES = [
    Table(
        "inbox_item",
        holds=("order_key", "error"),
        why=_("To handle each message once and in order"),
        kept=_("as long as its delivery"),
        where=_OF_ITEM,
        blank={"order_key": "''", "error": "''"},
        stays=_("That something came, when and that it was handled, for the count of what came; nothing of whom."),
        is_public=True,
        in_export=False,
        order=BY_NAME,
        label=_("Places in the inbox queue"),
    ),
    Table(
        "delivery_replay",
        holds=("wanted",),
        why=_("Which deliveries an operator let take effect again"),
        kept=_("as long as the platform"),
        where="t.wanted::text LIKE ANY(%(likes)s)",
        blank={"wanted": "jsonb_set(t.wanted, '{text}', '\"\"')"},
        stays=_("That deliveries of a time were replayed."),
        is_public=True,
        in_export=False,
        order=BY_NAME,
        label=_("Replays that looked for them"),
    ),
]


def before_erasure(person: Person) -> None:
    """What waits to be kept or answered is not."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE public.inbox_item t SET state = 'done', lease_until = NULL, fence = fence + 1 "
            f"WHERE t.state = 'pending' AND {_OF_ITEM}",
            person.params(),
        )


def also_erase(person: Person) -> dict[str, int]:
    """Deliveries as they came."""
    return {"delivery": cutting.cut(salon_id(), person.values)}


def still_there(person: Person) -> dict[str, int]:
    """Deliveries that a cut would still change."""
    found = cutting.deliveries_with(salon_id(), person.values)
    return {"delivery": sum(1 for _id, raw in found if cutting.without_person(raw, person.values) != raw)}
