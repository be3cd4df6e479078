"""Django's view of this folder."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """See the models."""

    name = "tenants.accounts"
    label = "accounts"
