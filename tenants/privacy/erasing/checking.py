"""Searching everything again for somebody who was erased.

While the work goes on, the person is known and every declaration is asked (`left`). Afterwards nobody knows the phone
any more; then every text of the salon and of the public side is read, each phone and id in it is hashed with the
salon's key, and the hashes are compared with those of the erasure (`search`). Valkey is looked through too.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import redis
from django.db import connection, transaction

from config.env import env
from ops import clock
from ops.salon import PUBLIC, schema_of
from ops.timers.actions import NewTimer, set_many
from ops.timers.registry import Due
from tenants.audit import actions as audit
from tenants.privacy import registry, rows
from tenants.privacy.models import PrivacyRequest
from tenants.privacy.whom import Person, hashes_of_values, salon_id

# Phones as people and programs write them, and WhatsApp's ids of people.
_NAMES: Final = re.compile(r"\+?[1-9](?:[ ().\-/]{0,2}\d){7,14}|\b[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{6,128}\b")
_DIGITS: Final = re.compile(r"\D")
_AT_ONCE: Final = 2000
CHECK: Final = "privacy.check"
# Numbers of other things, not worth a hash.
_PARTS: Final = ("character varying", "text", "jsonb", "ARRAY")
_SKIPPED: Final = frozenset({"django_migrations", "session"})


def left(person: Person) -> dict[str, int]:
    """What is still there of somebody who is being erased, by kind; empty when nothing is."""
    found = {one.name: count for one in registry.of_guests() if (count := rows.count(one, person))}
    for look in registry.functions("still_there"):
        found |= {kind: count for kind, count in look(person).items() if count}
    return found


def ask(row: PrivacyRequest, *, by: Any) -> None:
    """Have everything searched again, by a worker: it takes a while where there is much."""
    with transaction.atomic():
        fresh = PrivacyRequest.objects.select_for_update().get(pk=row.pk)
        if not fresh.result.get("is_checking"):
            fresh.result = {**fresh.result, "is_checking": True}
            fresh.save(update_fields=["result"])
            audit.record("contact.erasure_check_asked", subject=fresh.contact_public_id, by=by)
        set_many(salon_id(), [NewTimer(CHECK, str(fresh.public_id), clock.now())])
    row.result = fresh.result


def on_check(due: Sequence[Due]) -> None:
    """The timer of a check; outside of a transaction."""
    for row in PrivacyRequest.objects.filter(public_id__in=[one.subject for one in due]):
        check(row)


def check(row: PrivacyRequest) -> dict[str, Any]:
    """Search everything for the one of this erasure and note what was found; the note. Inside the salon."""
    places = search(row.hashes)
    with transaction.atomic():
        fresh = PrivacyRequest.objects.select_for_update().get(pk=row.pk)
        said = {"at": clock.now().isoformat(), "found": sum(places.values()), "places": places}
        fresh.result.pop("is_checking", None)
        fresh.result = {**fresh.result, "checks": [*fresh.result.get("checks", []), said][-20:]}
        fresh.save(update_fields=["result"])
    row.result = fresh.result
    return said


def search(hashes: Iterable[str]) -> dict[str, int]:
    """Where one of these identities stands, by table or place; empty when nowhere."""
    look = _Look(frozenset(hashes))
    found: dict[str, int] = {}
    for schema in (schema_of(salon_id()), PUBLIC):
        for table, columns in _texts_of(schema):
            if count := sum(1 for text in _texts(schema, table, columns) if look.sees(text)):
                found[table if schema != PUBLIC else f"public.{table}"] = count
    if count := sum(1 for text in _remembered() if look.sees(text)):
        found["valkey"] = count
    return found


class _Look:
    """Compares what it reads with hashes; each name is hashed once."""

    def __init__(self, hashes: frozenset[str]) -> None:
        self._hashes = hashes
        self._known: dict[str, bool] = {}

    def sees(self, text: str) -> bool:
        """Whether one of them is named."""
        names = {self._plain(found[0]) for found in _NAMES.finditer(text)}
        fresh = [name for name in names if name not in self._known]
        if fresh:
            if len(self._known) > 500_000:
                self._known.clear()
            made = hashes_of_values(fresh)
            self._known |= {name: one in self._hashes for name, one in zip(fresh, made, strict=True)}
        return any(self._known.get(name, False) for name in names)

    @staticmethod
    def _plain(name: str) -> str:
        return name if name[:1].isalpha() else _DIGITS.sub("", name)


def _texts_of(schema: str) -> list[tuple[str, list[str]]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.table_name, array_agg(c.column_name::text ORDER BY c.ordinal_position) "
            "FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name) "
            "WHERE c.table_schema = %s AND t.table_type = 'BASE TABLE' AND c.data_type = ANY(%s) "
            "AND c.table_name !~ '^delivery' GROUP BY c.table_name ORDER BY c.table_name",
            [schema, list(_PARTS)],
        )
        return [(table, columns) for table, columns in cursor.fetchall() if table not in _SKIPPED]


def _texts(schema: str, table: str, columns: list[str]) -> Iterator[str]:
    # Names come from the catalogue; the schema is ours by number.
    whole = " || ' ' || ".join(f"coalesce(\"{column}\"::text, '')" for column in columns)
    own = f" WHERE salon_id = {salon_id()}" if schema == PUBLIC and _has_salon(table) else ""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f'DECLARE looked NO SCROLL CURSOR FOR SELECT {whole} FROM {schema}."{table}"{own}')
        while True:
            cursor.execute(f"FETCH {_AT_ONCE} FROM looked")
            some = cursor.fetchall()
            yield from (text for (text,) in some)
            if len(some) < _AT_ONCE:
                break
        cursor.execute("CLOSE looked")


def _has_salon(table: str) -> bool:
    model = registry.models_of_tables().get(table)
    return model is not None and any(field.attname == "salon_id" for field in model._meta.concrete_fields)


def _remembered() -> Iterator[str]:
    """Keys of Valkey, and the values of those that are texts."""
    try:
        client: Any = redis.Redis.from_url(env.redis_url, socket_timeout=2, socket_connect_timeout=2)
        for key in client.scan_iter(count=1000):
            yield bytes(key).decode(errors="replace")
            if client.type(key) == b"string" and client.strlen(key) < 100_000:
                yield bytes(client.get(key) or b"").decode(errors="replace")
    except redis.RedisError:
        return
