"""Django's view of this folder."""

from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    """See the models."""

    name = "tenants.privacy"
    label = "privacy"
