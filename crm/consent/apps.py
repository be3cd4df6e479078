"""Django's view of this folder."""

from django.apps import AppConfig


class ConsentConfig(AppConfig):
    """See the models."""

    name = "crm.consent"
    label = "consent"
