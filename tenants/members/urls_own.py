"""Addresses below /you/: a member's own."""

from django.urls import path

from tenants.members.views import own

app_name = "you"
urlpatterns = [
    path("salons/", own.salons, name="salons"),
    path("leave/", own.leave, name="leave"),
    path("ownership/", own.ownership_offered, name="ownership"),
    path("ownership/decline/", own.decline, name="decline"),
]
