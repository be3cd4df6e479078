"""Django's view of this folder."""

from django.apps import AppConfig


class SubscriptionsConfig(AppConfig):
    """See the models."""

    name = "billing.subscriptions"
    label = "subscriptions"
