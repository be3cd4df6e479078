"""Django's view of this folder."""

from django.apps import AppConfig


class QuotasConfig(AppConfig):
    """See the models."""

    name = "billing.quotas"
    label = "quotas"
