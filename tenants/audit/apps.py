"""Django's view of this folder."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """See the models."""

    name = "tenants.audit"
    label = "audit"
