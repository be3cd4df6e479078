"""Addresses below /settings/alerts/."""

from django.urls import path

from tenants.alerts import views

app_name = "alerts"
urlpatterns = [
    path("", views.alerts, name="list"),
    path("<uuid:public_id>/acknowledge/", views.acknowledge, name="acknowledge"),
    path("ways/", views.ways, name="ways"),
    path("ways/mail/", views.save_mail, name="save_mail"),
    path("ways/webhook/", views.save_webhook, name="save_webhook"),
    path("ways/webhook/secret/", views.renew_secret, name="renew_secret"),
    path("ways/webhook/test/", views.test_webhook, name="test_webhook"),
    path("ways/webhook/remove/", views.remove_webhook, name="remove_webhook"),
    path("ways/told/<uuid:public_id>/again/", views.tell_again, name="tell_again"),
]
