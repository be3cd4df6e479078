"""`manage.py check_erasure SLUG [RECEIPT]`: search everything again for those who were erased."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ops.salon import run_in_salon
from tenants.privacy.erasing import checking
from tenants.privacy.models import PrivacyRequest
from tenants.salons.models import Salon


class Command(BaseCommand):
    """Exits with 1 when somebody is found."""

    help = "Search schema, public side, and Valkey for the identities of erased contacts."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which salon, and which receipt."""
        parser.add_argument("slug")
        parser.add_argument("receipt", nargs="?")

    def handle(self, *args: Any, **options: Any) -> None:
        """Search."""
        salon = Salon.objects.filter(slug=options["slug"]).first()
        if salon is None:
            raise CommandError(f"There is no salon {options['slug']}.")
        found = run_in_salon(salon.pk, lambda: _check(options["receipt"]))
        for receipt, places in found:
            where = ", ".join(f"{place}: {count}" for place, count in places.items()) or "nothing"
            self.stdout.write(f"{receipt}: {where}")
        if any(places for _receipt, places in found):
            raise CommandError("Somebody who was erased is still there.")


def _check(receipt: str | None) -> list[tuple[str, dict[str, int]]]:
    rows = PrivacyRequest.objects.filter(kind=PrivacyRequest.Kind.ERASURE, state=PrivacyRequest.State.DONE)
    if receipt:
        rows = rows.filter(public_id=receipt)
    return [(str(row.public_id), checking.check(row)["places"]) for row in rows.order_by("pk")]
