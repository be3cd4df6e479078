"""Give a salon a new API key in place of one by the same name."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants.access.keys import rotate_key
from tenants.salons.models import Salon


class Command(BaseCommand):
    """`manage.py rotate_api_key SLUG [--name NAME]`; prints the key once."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """The salon and the key's name."""
        parser.add_argument("slug")
        parser.add_argument("--name", default="first key")

    def handle(self, *args: Any, **options: Any) -> None:
        """Revoke the old, print the new."""
        salon = Salon.objects.filter(slug=options["slug"]).first()
        if salon is None:
            raise CommandError(f"no salon with the slug {options['slug']!r}")
        self.stdout.write(rotate_key(salon.pk, name=options["name"]))
