"""Migrate the schemas of all salons."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants.salons.migrating import behind, migrate_salons


class Command(BaseCommand):
    """`manage.py migrate_salons [--jobs N] [--resume] [--check]`."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """As the contract names them."""
        parser.add_argument("--jobs", type=int, default=4, help="schemas at a time")
        parser.add_argument("--resume", action="store_true", help="go on after a stopped run (every run does)")
        parser.add_argument("--check", action="store_true", help="only say how many are behind; fails if any is")

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate, and say what was done."""
        if options["check"]:
            waiting = behind()
            if waiting:
                raise CommandError(f"{len(waiting)} salons are behind: {waiting[:20]}")
            return
        report = migrate_salons(jobs=max(options["jobs"], 1))
        if options["verbosity"]:
            self.stdout.write(f"{len(report.done)} salons migrated, {len(report.failed)} failed")
        if report.failed:
            lines = "\n".join(f"  salon {salon_id}: {error}" for salon_id, error in sorted(report.failed.items())[:20])
            raise CommandError(f"These salons kept their old version; mend the cause and run it again:\n{lines}")
