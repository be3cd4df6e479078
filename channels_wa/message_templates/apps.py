"""Django's view of this folder."""

from django.apps import AppConfig


class MessageTemplatesConfig(AppConfig):
    """See the models."""

    name = "channels_wa.message_templates"
    label = "message_templates"
