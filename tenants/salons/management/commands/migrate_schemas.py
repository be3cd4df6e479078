"""django-tenants' command behind our guard: it sets the connection's schema itself."""

from typing import Any

from django_tenants.management.commands.migrate_schemas import Command as MigrateSchemas

from ops.salon import schema_work


class Command(MigrateSchemas):  # type: ignore[misc]
    """Migrate schemas the slow way; `migrate_salons` is the quick one."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Run inside schema_work, or the guard would stop the first query."""
        with schema_work():
            super().handle(*args, **options)
