"""Django's view of this folder."""

from django.apps import AppConfig


class CostsConfig(AppConfig):
    """See the models."""

    name = "billing.costs"
    label = "costs"
