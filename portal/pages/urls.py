"""Addresses of home."""

from django.urls import path

from portal.pages import views

urlpatterns = [path("", views.home, name="home")]
