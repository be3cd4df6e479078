"""What is on its way out: pointers to messages."""

import redis
from django.db import connection
from django.utils.translation import gettext_lazy as _

from channels_wa.numbers.queries import own_numbers
from channels_wa.outbox.limiter import quick_client
from tenants.privacy.declaring import BY_NAME, Nothing, Table
from tenants.privacy.erasing.busy import Busy
from tenants.privacy.whom import Person

_OF_ITEM = "t.salon_id = %(salon)s AND t.message_id IN (SELECT id FROM message WHERE contact_id = ANY(%(c)s))"

TABLES = [
    Table(
        "outbox_item",
        holds=("order_key", "dedupe_key", "reason"),
        why=_("To send each message once"),
        kept=_("30 days after it was sent"),
        where=_OF_ITEM,
        is_public=True,
        in_export=False,
        order=BY_NAME,
        label=_("Places in the queue to WhatsApp"),
    ),
    Table(
        "portfolio_talk",
        holds=("guest",),
        why=_("To stay within WhatsApp's limit of guests in a day"),
        kept=_("2 days"),
        where="t.guest = ANY(%(guests)s)",
        is_public=True,
        in_export=False,
        order=BY_NAME,
        label=_("Counts of guests of a day"),
    ),
    Nothing("outbox_epoch", _("one number")),
    Nothing("number_circuit", _("of numbers of the salon")),
]


def before_erasure(person: Person) -> None:
    """What waits to go does not go. Raises Busy while something is on its way this moment."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT t.state FROM public.outbox_item t WHERE {_OF_ITEM} AND t.state IN ('queued', 'sending') "
            "FOR UPDATE",
            person.params(),
        )
        if any(state == "sending" for (state,) in cursor.fetchall()):
            raise Busy
        cursor.execute(f"DELETE FROM public.outbox_item t WHERE {_OF_ITEM} AND t.state = 'queued'", person.params())
        cursor.execute(
            "UPDATE message SET status = 'cancelled', reason = 'erased' "
            "WHERE contact_id = ANY(%(c)s) AND status IN ('queued', 'sending')",
            person.params(),
        )


def also_erase(person: Person) -> dict[str, int]:
    """Buckets that count how fast they are written to."""
    keys = _keys(person)
    try:
        return {"bucket": int(quick_client().delete(*keys)) if keys else 0}
    except redis.RedisError:
        return {"bucket": 0}  # they end by themselves within a day


def still_there(person: Person) -> dict[str, int]:
    """Those buckets."""
    keys = _keys(person)
    try:
        return {"bucket": int(quick_client().exists(*keys)) if keys else 0}
    except redis.RedisError:
        return {"bucket": 0}


def _keys(person: Person) -> list[str]:
    numbers = own_numbers().values_list("phone_number_id", flat=True)
    return [f"bucket:pair:{number}:{value.lstrip('+')}" for number in numbers for value in person.values]
