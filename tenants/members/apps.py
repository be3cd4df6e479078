"""Django's view of this folder."""

from django.apps import AppConfig


class MembersConfig(AppConfig):
    """See the models."""

    name = "tenants.members"
    label = "members"
