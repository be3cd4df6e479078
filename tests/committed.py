"""For tests of several connections: what they wrote for good is gone again when they are over."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, models

from ops.salon import inside


@contextmanager
def forgotten(salon_id: int, *tables: type[models.Model]) -> Iterator[None]:
    """Afterwards these tables are empty, and what is new in the events and the audit log is gone."""
    kept = {table: _newest(salon_id, table) for table in ("audit_entry", "event")}
    try:
        yield
    finally:
        with inside(salon_id):
            for model in tables:
                model._default_manager.all().delete()
            with connection.cursor() as cursor:
                # Its trigger refuses every change.
                cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER USER")
                for table, newest in kept.items():
                    cursor.execute(f"DELETE FROM {table} WHERE id > %s", [newest])
                cursor.execute("ALTER TABLE audit_entry ENABLE TRIGGER USER")
                cursor.execute("DELETE FROM public.event_item")
                cursor.execute("DELETE FROM public.timer")


def _newest(salon_id: int, table: str) -> int:
    with inside(salon_id), connection.cursor() as cursor:
        cursor.execute(f"SELECT COALESCE(max(id), 0) FROM {table}")
        return int(cursor.fetchone()[0])
