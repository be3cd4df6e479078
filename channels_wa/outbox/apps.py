"""Django's view of this folder."""

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    """See the models."""

    name = "channels_wa.outbox"
    label = "outbox"
