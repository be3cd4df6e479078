"""Django's view of this folder."""

from django.apps import AppConfig


class MessagesConfig(AppConfig):
    """See the models."""

    name = "channels_wa.messages"
    label = "wa_messages"
