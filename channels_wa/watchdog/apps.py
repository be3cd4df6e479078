"""Django's view of this folder."""

from django.apps import AppConfig


class WatchdogConfig(AppConfig):
    """See the models."""

    name = "channels_wa.watchdog"
    label = "watchdog"
