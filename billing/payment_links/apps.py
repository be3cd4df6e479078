"""Django's view of this folder."""

from django.apps import AppConfig


class PaymentLinksConfig(AppConfig):
    """See the models."""

    name = "billing.payment_links"
    label = "payment_links"
