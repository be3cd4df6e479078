"""No tables of its own: the operators' report looks at subscriptions."""

from django.utils.translation import gettext_lazy as _

from billing.subscriptions.models import Subscription


class Report(Subscription):
    """Subscriptions as a page of sums."""

    class Meta:
        proxy = True
        verbose_name = _("Money")
        verbose_name_plural = _("Money: income, trials, failing payments")
