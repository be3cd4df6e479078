"""Django's view of this folder."""

from django.apps import AppConfig


class NumbersConfig(AppConfig):
    """See the models."""

    name = "channels_wa.numbers"
    label = "numbers"
