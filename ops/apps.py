"""The operations layer."""

from django.apps import AppConfig
from django.db.backends.signals import connection_created


class OpsConfig(AppConfig):
    """Installs the guard against queries in the wrong schema, and how lists reach the database."""

    name = "ops"

    def ready(self) -> None:
        """Called once by Django."""
        from ops import arrays
        from ops.salon import install_guard

        connection_created.connect(install_guard, dispatch_uid="ops.salon.guard")
        arrays.register()
