"""Renew the text from which salons are opened, after a migration of the salon side was added."""

from typing import Any

from django.core.management.base import BaseCommand

from config.env import env
from ops.services.programs import postgres_programs
from ops.services.run import place_for
from tenants.salons.schemas import TEMPLATE, render_template


class Command(BaseCommand):
    """Write tenants/salons/template.sql from the migrations."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Render and write."""
        TEMPLATE.write_text(
            render_template(str(postgres_programs(place_for(env.state_dir)) / "pg_dump"), env.database_url)
        )
        self.stdout.write(f"{TEMPLATE.name} written")
