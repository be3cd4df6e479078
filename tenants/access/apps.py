"""Django's view of this folder."""

from django.apps import AppConfig
from django.core import checks


class AccessConfig(AppConfig):
    """See the models."""

    name = "tenants.access"
    label = "access"

    def ready(self) -> None:
        """Nothing starts while a door does not say to whom it opens."""
        # Here, because it reads models.
        from tenants.access import doors

        checks.register(doors.check, doors.TAG)
