"""Django's view of this folder."""

from django.apps import AppConfig


class ClockConfig(AppConfig):
    """See the models."""

    name = "ops.clock"
    label = "clock"
