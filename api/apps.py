"""Django's view of this folder."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """See the models."""

    name = "api"
    label = "api"

    def ready(self) -> None:
        """Make the parts of the description known."""
        import api.schema  # noqa: F401
