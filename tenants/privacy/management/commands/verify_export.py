"""`manage.py verify_export FILE`: whether an export is as we made it."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants.privacy.exporting import archive, signing


class Command(BaseCommand):
    """Exits with 1 when a byte of it is not ours."""

    help = "Check the signature and every file of an export of a contact."

    def add_arguments(self, parser: CommandParser) -> None:
        """The file, or nothing but the public key."""
        parser.add_argument("file", nargs="?")
        parser.add_argument("--public-key", action="store_true", help="print the key with which others can check")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check it."""
        if options["public_key"]:
            self.stdout.write(signing.public_key())
        if not options["file"]:
            return
        try:
            with Path(options["file"]).open("rb") as file:
                said = archive.verify(file)
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be read: {error.strerror}") from None
        except archive.Wrong as wrong:
            raise CommandError(f"WRONG: {wrong}") from None
        self.stdout.write(f"ok: {len(said['files'])} files, made {said['made_at']} by {said['salon']}")
