"""Django's view of this folder."""

from django.apps import AppConfig


class InboxConfig(AppConfig):
    """See the models."""

    name = "crm.inbox"
    label = "inbox"
