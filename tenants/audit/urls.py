"""Addresses below /settings/audit/."""

from django.urls import path

from tenants.audit import views

app_name = "audit"
urlpatterns = [
    path("", views.entries, name="list"),
    path("export/", views.export, name="export"),
    path("support/", views.save_access, name="support"),
    path("visits/<uuid:public_id>/end/", views.end_visit, name="end_visit"),
]
