"""Django's view of this folder."""

from django.apps import AppConfig


class MediaConfig(AppConfig):
    """See the models."""

    name = "channels_wa.media"
    label = "media"
