"""Write everything of a salon into one zip: tables as CSV, files of messages, and a list with their hashes."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.pages.salon_export import export
from tenants.salons.models import Salon


class Command(BaseCommand):
    """`manage.py export_salon SLUG --to FILE.zip`; secrets stay behind."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Which, and where to."""
        parser.add_argument("slug")
        parser.add_argument("--to", type=Path, required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        """Write it."""
        salon = Salon.objects.filter(slug=options["slug"]).first()
        if salon is None:
            raise CommandError(f"no salon with the slug {options['slug']!r}")
        try:
            listed = export(salon, options["to"])
        except FileExistsError:
            raise CommandError(f"{options['to']} is there already") from None
        self.stdout.write(f"{options['to']}: {len(listed['files'])} files of {salon.slug}")
