"""Django's view of this folder."""

from django.apps import AppConfig


class SendingConfig(AppConfig):
    """It has pages only; the rows are the messages and the outbox's."""

    name = "crm.sending"
    label = "sending"
