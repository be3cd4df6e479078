"""Django's view of this folder."""

from django.apps import AppConfig


class EventqueueConfig(AppConfig):
    """See the models."""

    name = "ops.eventqueue"
    label = "eventqueue"
