"""Django's view of this folder."""

from django.apps import AppConfig


class SalonsConfig(AppConfig):
    """See the models."""

    name = "tenants.salons"
    label = "salons"
