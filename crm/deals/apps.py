"""Django's view of this folder."""

from django.apps import AppConfig


class DealsConfig(AppConfig):
    """See the models."""

    name = "crm.deals"
    label = "deals"
