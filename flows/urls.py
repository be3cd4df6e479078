"""Addresses of the flows; each folder has its own, all in one namespace."""

from django.urls import include, path

app_name = "flows"
urlpatterns = [
    path("", include("flows.gallery.urls")),
    path("", include("flows.builder.urls")),
    path("", include("flows.console.urls")),
    path("", include("flows.simulator.urls")),
    path("", include("flows.forms.urls")),
    path("", include("flows.secrets.urls")),
    path("", include("flows.triggers.urls")),
]
