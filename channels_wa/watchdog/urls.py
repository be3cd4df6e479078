"""Addresses of the watchdog, below those of the numbers."""

from django.urls import path

from channels_wa.watchdog import views

app_name = "watchdog"
urlpatterns = [path("<uuid:public_id>/health/", views.health, name="health")]
