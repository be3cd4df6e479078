"""Remove closed salons for good, with their rows, files and keys. Without --yes it only says what would go."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants.salons import removing
from tenants.salons.models import Salon


class Command(BaseCommand):
    """`manage.py delete_salon SLUG [--days N] [--yes]`, or `--due` for every closed one whose time is over."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Which, and whether it is meant."""
        parser.add_argument("slug", nargs="?")
        parser.add_argument("--due", action="store_true", help="all that were closed longer ago than --days")
        parser.add_argument("--days", type=int, default=removing.KEPT.days, help="how long a closed salon is kept")
        parser.add_argument("--yes", action="store_true", help="do it; nothing brings it back")

    def handle(self, *args: Any, **options: Any) -> None:
        """Say or do it."""
        kept = timedelta(days=options["days"])
        if bool(options["slug"]) == options["due"]:
            raise CommandError("name a salon, or say --due")
        plans = list(removing.due(kept)) if options["due"] else [self._plan(options["slug"])]
        for plan in plans:
            rows = ", ".join(f"{table} {count}" for table, count in plan.rows.items())
            self.stdout.write(f"{plan.salon.slug}: schema {plan.salon.schema}; {plan.files} files; {rows}")
            if not options["yes"]:
                self.stdout.write(f"  kept: {plan.refusal(kept) or 'a dry run; add --yes'}")
                continue
            try:
                removing.remove(plan, kept)
            except removing.NotYet as why:
                raise CommandError(f"{plan.salon.slug} is kept: {why}") from why
            self.stdout.write("  removed")

    def _plan(self, slug: str) -> removing.Plan:
        salon = Salon.objects.filter(slug=slug).first()
        if salon is None:
            raise CommandError(f"no salon with the slug {slug!r}")
        return removing.plan(salon)
