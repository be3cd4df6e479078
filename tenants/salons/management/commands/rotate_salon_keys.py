"""Wrap every salon's key, and seal every second factor, with the newest of SALON_KEYS, while everything runs."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.env import env
from ops.sealing import CannotOpen
from tenants.accounts import mfa
from tenants.salons.rotating import rotate_keys


class Command(BaseCommand):
    """`manage.py rotate_salon_keys`; the whole procedure stands in docs/runbooks/rotate-keys.md."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Rotate, and say what may happen next."""
        try:
            rotated = rotate_keys()
            factors = mfa.reseal()
        except CannotOpen as error:
            raise CommandError(
                f"A secret is {error}. Put that key back at the end of SALON_KEYS, and run this again."
            ) from error
        self.stdout.write(f"{rotated.done} keys wrapped anew, {rotated.already} were already.")
        self.stdout.write(f"{factors} second factors sealed anew.")
        self.stdout.write(
            "Keep the older key at the end of SALON_KEYS until the deliveries it sealed are gone "
            f"({env.delivery_days + 1} days from now) and no gate has files in its spool."
        )
