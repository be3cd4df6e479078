"""Django's view of this folder."""

from django.apps import AppConfig


class EventsConfig(AppConfig):
    """See the models."""

    name = "ops.events"
    label = "events"
