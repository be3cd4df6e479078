"""Addresses below /flows/secrets/."""

from django.urls import path

from flows.secrets import views

urlpatterns = [
    path("secrets/", views.secrets, name="secrets"),
    path("secrets/new/", views.add, name="add_secret"),
    path("secrets/<uuid:public_id>/", views.change, name="change_secret"),
    path("secrets/<uuid:public_id>/delete/", views.delete, name="delete_secret"),
]
