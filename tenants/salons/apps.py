"""Django's view of this folder."""

from django.apps import AppConfig
from django.core import checks


class SalonsConfig(AppConfig):
    """See the models."""

    name = "tenants.salons"
    label = "salons"

    def ready(self) -> None:
        """Nothing starts while a rule that keeps salons apart is broken."""
        from tenants.salons import isolation

        checks.register(isolation.check, isolation.TAG)
        checks.register(isolation.check_database, isolation.TAG, checks.Tags.database)
