"""Django's view of this folder."""

from django.apps import AppConfig


class TimersConfig(AppConfig):
    """See the models."""

    name = "ops.timers"
    label = "timers"
