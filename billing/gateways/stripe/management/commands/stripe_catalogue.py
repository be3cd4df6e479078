"""Makes the products, prices and meters of our plans at Stripe where they are missing, and prints their settings."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from billing.gateways.port import GatewayAway, GatewayRefused
from billing.gateways.stripe import catalogue


class Command(BaseCommand):
    """Safe to run again; what is printed goes into the environment of every process."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """See above."""
        try:
            named = catalogue.publish()
        except GatewayAway as error:
            raise CommandError(
                f"Stripe did not answer ({error}). Check STRIPE_SECRET_KEY and STRIPE_API_BASE."
            ) from error
        except GatewayRefused as error:
            raise CommandError(f"Stripe refused {error.field or 'it'}: {error.why}") from error
        for name, price in named.items():
            self.stdout.write(f"{name}={price}")
