"""Salon schemas: the kept text of the template, opening from it, and migrating all of them.

Migrations are run once, into a template schema under a sentinel name; its dump stands in `template.sql`. Opening a
salon replaces the sentinel and runs the text in the caller's transaction: no migration is replayed, no dump program
is needed where salons are opened. `manage.py write_salon_template` renews the text; a test compares.
"""

import hashlib
import re
import subprocess
from functools import cache
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from ops.salon import schema_of, schema_work, tenant_connection

SENTINEL = "zz_salon_template_zz"
TEMPLATE = Path(__file__).with_name("template.sql")
_SCHEMA_NAME = re.compile(r"^salon_[0-9]{1,18}$")
_FINGERPRINT_LINE = re.compile(r"^-- fingerprint: ([0-9a-f]{64})$", re.MULTILINE)


class TemplateError(RuntimeError):
    """The kept template cannot be used."""


def tenant_labels() -> frozenset[str]:
    """App labels whose tables stand in a salon's schema."""
    paths = set(settings.TENANT_APPS)
    return frozenset(config.label for config in apps.get_app_configs() if config.name in paths)


def targets(loader: MigrationLoader) -> list[tuple[str, str]]:
    """The newest migrations of the salon side."""
    labels = tenant_labels()
    return sorted(node for node in loader.graph.leaf_nodes() if node[0] in labels)


def fingerprint_of(applied: set[tuple[str, str]]) -> str:
    """One word for a set of migrations (app, name), of the salon side only."""
    labels = tenant_labels()
    lines = sorted(f"{app}.{name}" for app, name in applied if app in labels)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


@cache
def current_fingerprint() -> str:
    """The word for all migrations that this release has on the salon side."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    return fingerprint_of(set(loader.disk_migrations))


@cache
def template() -> tuple[str, str]:
    """The kept text and its fingerprint. Raises TemplateError."""
    text = TEMPLATE.read_text()
    found = _FINGERPRINT_LINE.search(text)
    if found is None:
        raise TemplateError(f"{TEMPLATE.name} names no fingerprint; run manage.py write_salon_template")
    return text, found[1]


def create_schema(salon_id: int) -> str:
    """Make a salon's schema from the template in the caller's transaction; the fingerprint it has then."""
    name = schema_of(salon_id)
    if not _SCHEMA_NAME.match(name):
        raise TemplateError(f"{name!r} is no schema name of a salon")
    text, fingerprint = template()
    with schema_work(), connection.cursor() as cursor:
        # Without parameters, so that the text may hold many statements.
        cursor.cursor.execute(text.replace(SENTINEL, name))
    return fingerprint


def drop_schema(salon_id: int) -> None:
    """Remove a salon's schema with everything in it."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {schema_of(salon_id)} CASCADE")


def render_template(pg_dump: str, database_url: str) -> str:
    """Run all migrations of the salon side into the sentinel schema and dump it; the schema is gone afterwards."""
    with schema_work():
        try:
            with connection.cursor() as cursor:
                cursor.execute(f"DROP SCHEMA IF EXISTS {SENTINEL} CASCADE; CREATE SCHEMA {SENTINEL}")
            tenant_connection.set_schema(SENTINEL)
            executor = MigrationExecutor(connection)
            executor.migrate(targets(executor.loader))
            tenant_connection.set_schema_to_public()
            dump = subprocess.run(
                [
                    pg_dump,
                    "--schema",
                    SENTINEL,
                    "--inserts",
                    "--no-owner",
                    "--no-privileges",
                    "--no-comments",
                    database_url,
                ],
                check=True,
                capture_output=True,
                text=True,
            ).stdout
        finally:
            tenant_connection.set_schema_to_public()
            with connection.cursor() as cursor:
                cursor.execute(f"DROP SCHEMA IF EXISTS {SENTINEL} CASCADE")
    return f"-- fingerprint: {current_fingerprint()}\n{_bare(dump)}"


def _bare(dump: str) -> str:
    # Session settings and psql's own commands go; every name in the dump is qualified, so no search path is needed.
    # The moments at which the migrations ran would make each rendering another text.
    lines = [
        line
        for line in dump.splitlines()
        if line and not line.startswith(("--", "\\", "SET ", "SELECT pg_catalog.set_config"))
    ]
    return re.sub(r"'\d{4}-\d\d-\d\d \d\d:\d\d:[\d.]+\+00'", "'2026-01-01 00:00:00+00'", "\n".join(lines)) + "\n"
