"""Django's view of this folder."""

from django.apps import AppConfig


class OperatorsConfig(AppConfig):
    """See the models."""

    name = "tenants.operators"
    label = "operators"
