"""Addresses of what begins flows."""

from django.urls import path

from flows.triggers import views

urlpatterns = [
    path("start/contacts/<uuid:public_id>/", views.with_contact, name="start_with_contact"),
    path("start/conversations/<uuid:public_id>/", views.in_conversation, name="start_in_conversation"),
]
