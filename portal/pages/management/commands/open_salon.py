"""Open a salon."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from channels_wa.numbers.models import Number
from portal.pages.opening import open_for, tell_sandbox
from tenants.salons.actions import CannotOpen, NewSalon


class Command(BaseCommand):
    """`manage.py open_salon NAME --slug S --owner-email E [--plan P] [--timezone Z] [--demo] [--json]`."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """As the contract names them."""
        parser.add_argument("name")
        parser.add_argument("--slug", required=True)
        parser.add_argument("--owner-email", required=True)
        parser.add_argument("--plan", default="unlimited", help="what it may; named, it is billed by nobody either")
        parser.add_argument("--timezone", default="America/Sao_Paulo")
        parser.add_argument("--demo", action="store_true", help="with a sandbox number and the demo's flows")
        parser.add_argument("--json", action="store_true", help="print what was made as one line of JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Open it, or say which value is wrong."""
        new = NewSalon(options["name"], options["slug"], options["plan"], options["timezone"])
        try:
            opened = open_for(new, owner_email=options["owner_email"], demo=options["demo"])
        except CannotOpen as error:
            raise CommandError(f"{error.field}: {error}") from None
        if opened.phone_number_id:
            number = Number.objects.get(phone_number_id=opened.phone_number_id)
            if not tell_sandbox([number], wait_s=2):
                self.stderr.write(
                    "The sandbox does not answer; its phone page lists the number after the next `make up`."
                )
        self.stdout.write(opened.as_json() if options["json"] else self._words(opened))

    def _words(self, opened: Any) -> str:
        password = f", password {opened.owner_password}" if opened.owner_password else ""
        return f"{opened.salon_url} is open. Owner {opened.owner_email}{password}. API key {opened.api_key}"
