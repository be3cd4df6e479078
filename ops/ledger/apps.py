"""Django's view of this folder."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """See the models."""

    name = "ops.ledger"
    label = "ledger"
