"""Addresses below /billing/."""

from django.urls import path

from billing.pages.views import costs, overview, paying, plans, usage

app_name = "billing"
urlpatterns = [
    path("", overview.overview, name="overview"),
    path("plans/", plans.listing, name="plans"),
    path("plans/<slug:plan>/", plans.change, name="change"),
    path("back/", plans.back, name="back"),
    path("back/state/", plans.back_state, name="back_state"),
    path("cancel/", plans.cancel, name="cancel"),
    path("resume/", plans.resume, name="resume"),
    path("payment/", paying.page, name="payment"),
    path("payment/new/", paying.add, name="add_method"),
    path("payment/default/", paying.choose, name="default_method"),
    path("payment/remove/", paying.remove, name="remove_method"),
    path("payment/tax/", paying.tax, name="tax"),
    path("payment/portal/", paying.portal, name="portal"),
    path("invoices/", paying.invoices, name="invoices"),
    path("invoices/pay/", paying.pay, name="pay"),
    path("invoices/pdf/", paying.pdf, name="pdf"),
    path("usage/", usage.usage, name="usage"),
    path("costs/", costs.costs, name="costs"),
]
