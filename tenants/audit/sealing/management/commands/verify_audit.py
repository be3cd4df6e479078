"""Read the chains over the audit logs and name the first row that does not fit."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants.audit.sealing import checking, sealer
from tenants.salons.models import Salon


class Command(BaseCommand):
    """`manage.py verify_audit [--salon SLUG]`; ends with 1 when a chain is broken."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Which salon."""
        parser.add_argument("--salon", help="the slug of one salon; without it all")

    def handle(self, *args: Any, **options: Any) -> None:
        """Seal what waits, then look."""
        salons = Salon.objects.exclude(state=Salon.State.OPENING).order_by("pk")
        if options["salon"]:
            salons = salons.filter(slug=options["salon"])
            if not salons:
                raise CommandError(f"no salon with the slug {options['salon']!r}")
        broken = 0
        for salon in salons:
            sealer.seal_salon(salon.pk)
            found = checking.check(salon.pk)
            broken += not found.is_whole
            said = "whole" if found.is_whole else f"BROKEN at place {found.broken_position}: {found.why}"
            erased = f", of {found.erased} the values were erased" if found.erased else ""
            self.stdout.write(f"{salon.slug}: {found.rows} rows{erased}, {said}")
        if broken:
            raise CommandError(f"{broken} audit logs are broken")
