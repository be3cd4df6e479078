"""Django's view of this folder."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """See the models."""

    name = "tenants.access"
    label = "access"
