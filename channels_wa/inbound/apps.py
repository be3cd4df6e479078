"""Django's view of this folder."""

from django.apps import AppConfig


class InboundConfig(AppConfig):
    """See the models."""

    name = "channels_wa.inbound"
    label = "inbound"
