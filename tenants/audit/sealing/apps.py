"""Django's view of this folder: the public side of the audit log."""

from django.apps import AppConfig


class AuditSealingConfig(AppConfig):
    """See the models."""

    name = "tenants.audit.sealing"
    label = "audit_sealing"
