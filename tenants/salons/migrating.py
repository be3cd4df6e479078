"""Migrating all salons: the SQL is made once and applied to each schema, several at a time.

A salon's row keeps the fingerprint of the migrations its schema has, written in the same transaction: one query tells
who is behind, and a run that was stopped goes on where it was. The first salon is the canary: if it fails nothing else
is touched.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import psycopg
from django.db import connection
from django.db.migrations import Migration, RunPython
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from config.env import env
from ops.salon import schema_of, schema_work, tenant_connection
from tenants.salons.models import Salon
from tenants.salons.schemas import current_fingerprint, targets, tenant_labels

LOCK_TIMEOUT_S = 3
Node = tuple[str, str]


@dataclass
class Report:
    """What a run did."""

    done: list[int] = field(default_factory=list)
    failed: dict[int, str] = field(default_factory=dict)


def behind() -> list[int]:
    """Ids of the salons whose schema lacks a migration of this release, by one query."""
    waiting = Salon.objects.exclude(schema_version=current_fingerprint()).exclude(state=Salon.State.CLOSED)
    return list(waiting.order_by("pk").values_list("pk", flat=True))


def migrate_salons(*, jobs: int = 4) -> Report:
    """Bring every salon up to date; those that failed keep their old version and are tried again by the next run."""
    report = Report()
    for applied, salon_ids in _by_applied(behind()).items():
        plan = _plan(applied)
        if any(_needs_python(migration) for migration in plan):
            _one_by_one(salon_ids, report)
        else:
            _apply_all(_sql(plan, like=salon_ids[0]), salon_ids, jobs, report)
    return report


def _by_applied(salon_ids: list[int]) -> dict[frozenset[Node], list[int]]:
    """Salons grouped by what their schema has: in practice one group or two."""
    groups: dict[frozenset[Node], list[int]] = defaultdict(list)
    labels = list(tenant_labels())
    for some in _chunks(salon_ids, 200):
        rows: dict[int, set[Node]] = {salon_id: set() for salon_id in some}
        parts = [f"SELECT {pk}, app, name FROM {schema_of(pk)}.django_migrations WHERE app = ANY(%s)" for pk in some]
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(parts), [labels] * len(some))
            for salon_id, app, name in cursor:
                rows[salon_id].add((app, name))
        for salon_id, nodes in rows.items():
            groups[frozenset(nodes)].append(salon_id)
    return groups


def _plan(applied: frozenset[Node]) -> list[Migration]:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    nodes: dict[Node, None] = {}
    for target in targets(loader):
        nodes |= dict.fromkeys(node for node in loader.graph.forwards_plan(target) if node[0] in tenant_labels())
    return [loader.graph.nodes[node] for node in nodes if node not in applied]


def _needs_python(migration: Migration) -> bool:
    return any(isinstance(operation, RunPython) for operation in migration.operations)


def _sql(plan: list[Migration], *, like: int) -> str:
    """The statements of a plan, with the rows that record it, free of any schema's name.

    They are made against one salon of the group: some changes look up a constraint's name, which all salons share.
    """
    with schema_work():
        tenant_connection.set_schema(schema_of(like))
        try:
            statements = _statements(plan)
        finally:
            tenant_connection.set_schema_to_public()
    lines = [line for line in statements if line not in ("BEGIN;", "COMMIT;")]
    lines += [
        f"INSERT INTO django_migrations (app, name, applied) VALUES ('{one.app_label}', '{one.name}', now());"
        for one in plan
    ]
    return "\n".join(lines)


def _statements(plan: list[Migration]) -> list[str]:
    """As Django's `collect_sql`, which begins from what the first migration alone depends on: a plan over several apps
    needs all that was applied before it.
    """
    loader, labels = MigrationLoader(connection), set(tenant_labels())
    planned = {(migration.app_label, migration.name) for migration in plan}
    state = loader.project_state([node for node in loader.graph.nodes if node[0] in labels and node not in planned])
    statements: list[str] = []
    for migration in plan:
        with connection.schema_editor(collect_sql=True, atomic=migration.atomic) as editor:
            state = migration.apply(state, editor, collect_sql=True)
        statements += editor.collected_sql
    return statements


def _apply_all(sql: str, salon_ids: list[int], jobs: int, report: Report) -> None:
    canary, *others = salon_ids
    _apply_some(sql, [canary], report)
    if report.failed.get(canary):
        return
    share = [others[start::jobs] for start in range(jobs)]
    with ThreadPoolExecutor(jobs) as pool:
        list(pool.map(lambda some: _apply_some(sql, some, report), share))


def _apply_some(sql: str, salon_ids: Iterable[int], report: Report) -> None:
    version = current_fingerprint()
    with psycopg.connect(env.database_url) as own:
        for salon_id in salon_ids:
            try:
                with own.transaction():
                    own.execute(
                        f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT_S}s';\n"
                        f"SET LOCAL search_path = {schema_of(salon_id)}, public;\n{sql}\n"
                        f"UPDATE public.salon SET schema_version = '{version}' WHERE id = {salon_id};"
                    )
            except psycopg.Error as error:
                report.failed[salon_id] = str(error).strip()
            else:
                report.done.append(salon_id)


def _one_by_one(salon_ids: list[int], report: Report) -> None:
    """Migrations that move data run as Python in each schema."""
    with schema_work():
        for salon_id in salon_ids:
            try:
                tenant_connection.set_schema(schema_of(salon_id))
                executor = MigrationExecutor(connection)
                executor.migrate(targets(executor.loader))
            except Exception as error:
                report.failed[salon_id] = str(error)
                if not report.done:
                    break
            else:
                report.done.append(salon_id)
                tenant_connection.set_schema_to_public()
                Salon.objects.filter(pk=salon_id).update(schema_version=current_fingerprint())
            finally:
                tenant_connection.set_schema_to_public()


def _chunks(values: list[int], size: int) -> Iterator[list[int]]:
    for start in range(0, len(values), size):
        yield values[start : start + size]
