"""Addresses below /settings/keys/."""

from django.urls import path

from tenants.access.keys_page import views

app_name = "keys"
urlpatterns = [
    path("", views.listing, name="list"),
    path("new/", views.new, name="new"),
    path("<uuid:public_id>/", views.key, name="key"),
    path("<uuid:public_id>/rotate/", views.rotate, name="rotate"),
    path("<uuid:public_id>/revoke/", views.revoke, name="revoke"),
]
