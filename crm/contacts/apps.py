"""Django's view of this folder."""

from django.apps import AppConfig


class ContactsConfig(AppConfig):
    """See the models."""

    name = "crm.contacts"
    label = "contacts"
