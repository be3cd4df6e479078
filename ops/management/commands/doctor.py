"""`manage.py doctor`: check the configuration, say what is wrong and how to mend it."""

from collections.abc import Iterator
from typing import Any

from django.core import checks
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from config.env import Env, env
from ops.up.doctor import CHECKS, Check, Finding


def migrations(_: Env) -> Iterator[Finding]:
    """The public tables are those of this release."""
    executor = MigrationExecutor(connection)
    left = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if left:
        names = ", ".join(str(migration) for migration, _ in left[:5])
        yield Finding(
            f"{len(left)} migrations are not applied ({names})",
            "`manage.py migrate_schemas --shared`, then `manage.py migrate_salons`.",
        )


def isolation(_: Env) -> Iterator[Finding]:
    """What keeps salons apart (tenants.salons.isolation); a server that finds this does not start either."""
    for problem in checks.run_checks(tags=["isolation"], databases=["default"]):
        yield Finding(problem.msg.rstrip("."), "Put it back as it is in the release; until then nothing is served.")


class Command(BaseCommand):
    """Exits with 1 when something is wrong."""

    help = "Check the configuration; print what is wrong and how to mend it."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Run every check, each by itself."""
        found = {name: self._show(name, check) for name, check in CHECKS.items()}
        if not found["PostgreSQL"]:
            found["migrations"] = self._show("migrations", migrations)
            found["isolation"] = self._show("isolation", isolation)
        if wrong := sum(found.values()):
            raise CommandError(f"{wrong} to mend.")
        self.stdout.write("All is well.")

    def _show(self, name: str, check: Check) -> int:
        findings = list(check(env))
        self.stdout.write(f"{'WRONG' if findings else 'ok   '} {name}")
        for finding in findings:
            self.stdout.write(f"      {finding.what}. {finding.remedy}")
        return len(findings)
