"""Django's view of this folder."""

from django.apps import AppConfig


class MeteringConfig(AppConfig):
    """See the models."""

    name = "billing.metering"
    label = "metering"
