"""Addresses of home and of the settings' index."""

from django.urls import path

from portal.pages import views

urlpatterns = [path("", views.home, name="home"), path("settings/", views.settings, name="settings")]
