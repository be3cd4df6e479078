"""Addresses below /settings/roles/."""

from django.urls import path

from tenants.members.views import roles

app_name = "roles"
urlpatterns = [
    path("", roles.listed, name="list"),
    path("new/", roles.new, name="new"),
    path("<uuid:public_id>/", roles.role, name="role"),
    path("<uuid:public_id>/delete/", roles.delete, name="delete"),
]
