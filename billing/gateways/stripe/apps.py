"""Django's view of this folder, and how dj-stripe is kept within it."""

from django.apps import AppConfig, apps


class StripeConfig(AppConfig):
    """Stands after dj-stripe in INSTALLED_APPS."""

    name = "billing.gateways.stripe"
    label = "stripe_gateway"

    def ready(self) -> None:
        """dj-stripe asks by our client's rules, keeps no key, has no pages, and looks for no tables at a check."""
        from billing.gateways.stripe import client, fingerprint

        client.set_up()
        fingerprint.keep_no_key()
        _without_pages()
        _without_checks_of_tables()


def _without_pages() -> None:
    """Its admin writes to Stripe with the operator's click; ours reads."""
    from django.contrib import admin

    for model in apps.get_app_config("djstripe").get_models():
        if admin.site.is_registered(model):
            admin.site.unregister(model)


def _without_checks_of_tables() -> None:
    """Two of its checks ask the database for webhook endpoints, which we do not use, at each command."""
    from django.core.checks.registry import registry
    from djstripe import checks

    registry.registered_checks -= {checks.check_webhook_validation, checks.check_webhook_endpoint_has_secret}
