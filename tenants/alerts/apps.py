"""Django's view of this folder."""

from django.apps import AppConfig


class AlertsConfig(AppConfig):
    """See the models."""

    name = "tenants.alerts"
    label = "alerts"
