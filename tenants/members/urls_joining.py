"""Addresses below /accounts/invitation/ on the public host."""

from django.urls import path

from tenants.members.views import joining

app_name = "joining"
urlpatterns = [
    path("", joining.invitation, name="invitation"),
    path("somebody-else/", joining.somebody_else, name="somebody_else"),
    path("<str:token>/", joining.open_link, name="open_link"),
]
