"""Django's view of this folder."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """See the models."""

    name = "api"
    label = "api"
