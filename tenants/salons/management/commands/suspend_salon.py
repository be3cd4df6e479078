"""Suspend a salon, or serve it again."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants.salons.actions import resume_salon, suspend_salon
from tenants.salons.models import Salon


class Command(BaseCommand):
    """`manage.py suspend_salon SLUG [--resume]`."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """The salon."""
        parser.add_argument("slug")
        parser.add_argument("--resume", action="store_true", help="serve it again")

    def handle(self, *args: Any, **options: Any) -> None:
        """Change its state."""
        salon = Salon.objects.filter(slug=options["slug"]).first()
        if salon is None:
            raise CommandError(f"no salon with the slug {options['slug']!r}")
        (resume_salon if options["resume"] else suspend_salon)(salon)
        self.stdout.write(f"{salon.slug} is {'active' if options['resume'] else 'suspended'}")
