"""django-tenants' command behind our guard: it sets the connection's schema itself."""

from typing import Any

from django.db import connection
from django_tenants.management.commands.migrate_schemas import Command as MigrateSchemas

from ops.salon import schema_work
from tenants.salons.models import RoleDefinition
from tenants.salons.seeding import seed_roles


class Command(MigrateSchemas):  # type: ignore[misc]
    """Migrate schemas the slow way; `migrate_salons` is the quick one."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Run inside schema_work, or the guard would stop the first query."""
        with schema_work():
            super().handle(*args, **options)
        # A release that knows a new permission gives it to its roles without anybody having to think of it.
        if RoleDefinition._meta.db_table in connection.introspection.table_names():
            seed_roles(RoleDefinition)
