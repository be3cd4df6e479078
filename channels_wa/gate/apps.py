"""Django's view of this folder."""

from django.apps import AppConfig


class GateConfig(AppConfig):
    """See the models."""

    name = "channels_wa.gate"
    label = "gate"
