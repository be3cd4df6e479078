"""Recording use, in the transaction of its cause: each key counts once, whoever says it and however often.

One statement for a whole batch: the keys that are new win a row of `usage_once`, their lines go into `usage_event`, and
a row of `usage_total` is added for each salon, kind, day and period. Two that record the same key at once wait for each
other; if the first rolls back, the second counts.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction

from billing.metering.kinds import FLOWING
from billing.metering.periods import period_in
from billing.plans.queries import terms_of
from ops import clock
from ops.bell import ring

LONGEST_KEY: Final = 120
_RECORD = """
    WITH given AS MATERIALIZED (
        SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::bigint[], %s::timestamptz[], %s::date[],
            %s::timestamptz[], %s::text[], %s::numeric[], %s::text[], %s::bigint[])
            AS g(salon_id, kind, key, quantity, at, day, period_at, subject, price_minor, currency, plan_version_id)
    ), new AS (
        INSERT INTO public.usage_once (salon_id, kind, key, at) SELECT salon_id, kind, key, at FROM given
        WHERE key <> '' ORDER BY salon_id, kind, key ON CONFLICT DO NOTHING RETURNING salon_id, kind, key
    ), kept AS (
        INSERT INTO public.usage_event
            (salon_id, kind, key, quantity, at, day, period_at, subject, price_minor, currency, plan_version_id)
        SELECT * FROM given WHERE key = '' OR (salon_id, kind, key) IN (SELECT salon_id, kind, key FROM new)
        RETURNING salon_id, kind, day, period_at, quantity
    ), added AS (
        INSERT INTO public.usage_total (salon_id, kind, day, period_at, quantity)
        SELECT salon_id, kind, day, period_at, sum(quantity) FROM kept GROUP BY 1, 2, 3, 4
        RETURNING salon_id, kind, period_at, quantity
    )
    SELECT salon_id, kind, period_at, quantity, {quick} FROM added
"""
# The same of one cause with a key, as sends are in a quiet hour (migration 0004): planned once in a session.
_ONE = "public.record_one_use(%s, %s, %s, %s, %s, %s, %s, {subject}, %s, %s, %s)"
_SUBJECT_AT: Final = 7
# For what is recorded by itself and is not worth a wait for the disk: a crash of the database alone loses it, never
# one of ours.
_QUICK = "set_config('synchronous_commit', 'off', true)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Units with one cause. `key` names the cause within salon and kind; None: one that nobody can tell of twice."""

    salon_id: int
    kind: str
    key: str | None
    quantity: int = 1
    at: datetime | None = None
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Added:
    """What came new to a salon's period."""

    salon_id: int
    kind: str
    period_at: datetime
    quantity: int


def record(
    salon_id: int, kind: str, *, key: str, quantity: int = 1, at: datetime | None = None, subject: str = ""
) -> bool:
    """Count `quantity` units, once for each key; whether they are new. `at` is the product's time, or now."""
    return bool(record_many([Usage(salon_id=salon_id, kind=kind, key=key, quantity=quantity, at=at, subject=subject)]))


def record_many(usages: Sequence[Usage], *, is_quick: bool = False) -> list[Added]:
    """Count a batch, of any salons, in one statement; what is new. `is_quick`: see _QUICK; outside of a transaction.

    Raises ValueError for a kind that is not counted so, no quantity, or a key that is empty or too long.
    """
    rows = list(_rows(usages))
    if not rows:
        return []
    quick = _QUICK if is_quick and not connection.in_atomic_block else "NULL"
    with connection.cursor() as cursor:
        if len(rows) == 1 and usages[0].key:
            cursor.execute(f"SELECT {_ONE.format(subject='%s')}, {quick}", rows[0])
            added = [_added(rows[0])] if cursor.fetchone()[0] else []
        else:
            cursor.execute(_RECORD.format(quick=quick), [list(column) for column in zip(*rows, strict=True)])
            added = [Added(*row[:4]) for row in cursor.fetchall()]
    if added:
        transaction.on_commit(lambda: _tell(added))
    return added


@dataclass(frozen=True, slots=True)
class InStatement:
    """One use recorded by a statement of the caller's, without a round trip of its own.

    `sql` is an expression with these `params`: true if the use is new, which is then to be told by `tell_on_commit`.
    """

    sql: str
    params: list[Any]
    added: Added

    def tell_on_commit(self) -> None:
        """What `record` does of itself."""
        transaction.on_commit(lambda: _tell([self.added]))


def in_statement(one: Usage, *, subject: str) -> InStatement:
    """How to record a use with a key in another statement; `subject` is SQL of that statement's. Errors as above."""
    if one.key is None:
        raise ValueError("a use that is recorded in another statement has a key")
    [row] = _rows([one])
    params = [*row[:_SUBJECT_AT], *row[_SUBJECT_AT + 1 :]]
    return InStatement(_ONE.format(subject=subject), params, _added(row))


def _added(row: tuple[Any, ...]) -> Added:
    salon_id, kind, _, quantity, _, _, period_at, *_ = row
    return Added(salon_id, kind, period_at, quantity)


def _rows(usages: Sequence[Usage]) -> Iterator[tuple[Any, ...]]:
    seen: set[tuple[int, str, str]] = set()
    now = clock.now()
    for one in usages:
        _check(one)
        if (name := (one.salon_id, str(one.kind), one.key or "")) in seen:
            continue
        if one.key is not None:
            seen.add(name)
        terms, at = terms_of(one.salon_id), one.at or now
        yield (
            *name,
            one.quantity,
            at,
            at.astimezone(terms.zone).date(),
            period_in(terms, at).starts_at,
            one.subject,
            terms.price_of(str(one.kind)),
            terms.currency,
            terms.version_id,
        )


def _check(one: Usage) -> None:
    if one.kind not in _RECORDED:
        raise ValueError(f"{one.kind!r} is not recorded; there are {', '.join(sorted(_RECORDED))}")
    if one.quantity < 1:
        raise ValueError(f"{one.quantity} {one.kind} are no use; record 1 or more")
    if one.key is not None and not 0 < len(one.key) <= LONGEST_KEY:
        raise ValueError(f"a key has 1 to {LONGEST_KEY} characters")


_RECORDED: Final = frozenset(map(str, FLOWING))


def _tell(added: Sequence[Added]) -> None:
    """After the commit: the brake learns of it, and who watches limits is rung where one may have been reached."""
    from billing.quotas import brake

    if brake.add([(one.salon_id, one.kind, one.period_at, one.quantity) for one in added]):
        ring("usage")
