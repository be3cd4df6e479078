"""Addresses of the inbox's settings."""

from django.urls import path

from crm.inbox.settings import views

app_name = "inbox_settings"
urlpatterns = [
    path("", views.seeing, name="seeing"),
    path("teams/new/", views.new_team, name="new_team"),
    path("teams/<uuid:public_id>/", views.team, name="team"),
    path("teams/<uuid:public_id>/delete/", views.delete_team, name="delete_team"),
]
