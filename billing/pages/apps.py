"""Django's view of this folder."""

from django.apps import AppConfig


class BillingPagesConfig(AppConfig):
    """See the views."""

    name = "billing.pages"
    label = "billing_pages"
