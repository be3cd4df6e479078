"""Django's view of this folder."""

from django.apps import AppConfig


class PlansConfig(AppConfig):
    """See the models."""

    name = "billing.plans"
    label = "plans"
