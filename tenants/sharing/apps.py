"""Django's view of this folder."""

from django.apps import AppConfig


class SharingConfig(AppConfig):
    """See the models."""

    name = "tenants.sharing"
    label = "sharing"
