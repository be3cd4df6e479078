"""Addresses of the inbox's settings."""

from django.urls import path

from crm.inbox.settings import views

app_name = "inbox_settings"
urlpatterns = [
    path("", views.seeing, name="seeing"),
]
