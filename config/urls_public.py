"""Addresses of the public host."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from billing.gateways.stripe.views import receive
from channels_wa.numbers.pages.connect import come_back
from portal.frame.language import choose_language
from tenants.accounts import views as accounts

# One log-in for everybody, with its locks and its mail; /operator/ itself opens to operators only.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("", accounts.front, name="front"),
    path("signup/", RedirectView.as_view(pattern_name="account_signup", query_string=True), name="signup"),
    path("accounts/", include("tenants.accounts.urls")),
    path("accounts/invitation/", include("tenants.members.urls_joining")),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("demo/mail/", accounts.demo_mail, name="demo_mail"),
    path("language/", choose_language, name="set_language"),
    # Where Meta's dialog sends people back to (channels_wa.numbers.signup).
    path("connect/meta/return/", come_back, name="come_back"),
    path("webhooks/payments/", include("billing.payment_links.urls")),
    path("webhooks/stripe/", receive, name="stripe_webhook"),
    path("operator/", admin.site.urls),
    path("api/", include("api.urls")),
]
