"""Addresses of what did not leave."""

from django.urls import path

from crm.sending import views

app_name = "sending"
urlpatterns = [
    path("", views.letters, name="list"),
    path("all/", views.act_on_all, name="all"),
    path("<uuid:public_id>/<slug:verb>/", views.act, name="act"),
]
