"""`manage.py replay_erasures`: tell a restored database whom it must forget, before it opens."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ops.ledger import entries
from tenants.privacy.erasing.replaying import replay


class Command(BaseCommand):
    """Safe to run again, also after it was killed."""

    help = "Erase again whoever the erasure ledger knows and this database does not."

    def add_arguments(self, parser: CommandParser) -> None:
        """Only what is missing, or everything."""
        parser.add_argument("--all", action="store_true", help="every entry, also those this database knows")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it."""
        try:
            gone = replay(everything=options["all"])
        except entries.Forged as forged:
            raise CommandError(str(forged)) from None
        self.stdout.write(f"{gone} contacts and accounts were erased again; {len(entries.missing())} entries are left.")
