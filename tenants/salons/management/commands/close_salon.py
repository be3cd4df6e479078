"""Close a salon: its people and guests are served no longer; its data stays."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants.salons.actions import close_salon
from tenants.salons.models import Salon


class Command(BaseCommand):
    """`manage.py close_salon SLUG`."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """The salon."""
        parser.add_argument("slug")

    def handle(self, *args: Any, **options: Any) -> None:
        """Change its state."""
        salon = Salon.objects.filter(slug=options["slug"]).first()
        if salon is None:
            raise CommandError(f"no salon with the slug {options['slug']!r}")
        close_salon(salon)
        self.stdout.write(f"{salon.slug} is closed")
