"""Django's view of this folder."""

from django.apps import AppConfig


class FlowsConfig(AppConfig):
    """See the models."""

    name = "flows"
    label = "flows"
