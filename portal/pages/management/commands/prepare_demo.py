"""What `make up` needs before the processes start: migrated schemas, the demo salon, an operator."""

import json
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from billing.gateways.port import GatewayAway
from billing.gateways.stripe import catalogue
from channels_wa.gate import partitions
from channels_wa.numbers.models import Number
from config.env import env
from crm.bookings import demo
from ops.salon import run_in_salon
from portal.pages.opening import KEY_NAME, open_for, person, tell_sandbox
from tenants.access.keys import rotate_key
from tenants.salons.actions import NewSalon
from tenants.salons.hosts import public_url, salon_url
from tenants.salons.models import Salon

SLUG = "demo"
OWNER = "owner@demo.cadeira.localhost"
OPERATOR = "operator@cadeira.localhost"
# More numbers than anyone chooses from on the phone page.
TOLD_AT_MOST = 100


class Command(BaseCommand):
    """Prints one line of JSON: the parts of demo.json that it knows. Safe to run again."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Bring everything up to date."""
        call_command("migrate_schemas", schema_name="public", verbosity=0)
        call_command("migrate_salons", verbosity=0)
        call_command("write_schedule", verbosity=0)
        partitions.keep()
        kept = self._kept()
        made = {} if Salon.objects.filter(slug=SLUG).exists() else self._open()
        # A demo salon of before gets what has come to exist since.
        run_in_salon(Salon.objects.get(slug=SLUG).pk, demo.fill)
        self._operator(made)
        values = kept | made
        if not values.get("api_key"):
            values["api_key"] = rotate_key(Salon.objects.get(slug=SLUG).pk, name=KEY_NAME)
        if tell_sandbox(list(Number.objects.order_by("pk")[:TOLD_AT_MOST])):
            self._sell()
        self._keep(values)
        self.stdout.write(json.dumps(values | self._always()))

    def _open(self) -> dict[str, Any]:
        new = NewSalon("Salão Aurora", SLUG, plan="unlimited")
        opened = open_for(new, owner_email=OWNER, demo=True)
        return {name: getattr(opened, name) for name in ("owner_email", "owner_password", "api_key")}

    def _operator(self, made: dict[str, Any]) -> None:
        operator, password = person(OPERATOR, operator=True)
        if password:
            made |= {"operator_email": operator.email, "operator_password": password}

    def _sell(self) -> None:
        """The sandbox's Stripe has our plans from the start; another one gets them by `manage.py stripe_catalogue`."""
        if env.stripe_api_base.startswith(f"http://127.0.0.1:{env.sandbox_port}/"):
            try:
                catalogue.publish()
            except GatewayAway as error:
                self.stderr.write(f"nothing can be bought: the sandbox's Stripe does not answer ({error})")

    def _always(self) -> dict[str, Any]:
        number = Number.objects.filter(salon_id=Salon.objects.get(slug=SLUG).pk).earliest("pk")
        return {
            "public_url": public_url(),
            "webhook_url": f"{public_url()}/webhooks/whatsapp/",
            "salon_url": salon_url(SLUG),
            "salon_slug": SLUG,
            "phone_number_id": number.phone_number_id,
            "waba_id": number.waba_id,
            "display_phone": number.display_phone,
            "app_secret": env.meta_app_secrets[0],
            "verify_token": env.meta_verify_token.partition(",")[0],
            "sandbox_url": env.whatsapp_graph_url,
            "database_url": env.database_url,
            "redis_url": env.redis_url,
        }

    # Passwords and the key exist in plain words only here; the database has hashes.
    def _kept(self) -> dict[str, Any]:
        file = env.state_dir / "demo-secrets.json"
        return dict(json.loads(file.read_text())) if file.is_file() else {}

    def _keep(self, values: dict[str, Any]) -> None:
        file = env.state_dir / "demo-secrets.json"
        file.touch(mode=0o600)
        file.write_text(json.dumps(values))
