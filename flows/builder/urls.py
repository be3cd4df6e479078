"""Addresses of the builder: the list of flows, and one flow's drawing."""

from django.urls import path

from flows.builder import views

urlpatterns = [
    path("", views.flows, name="list"),
    path("<uuid:public_id>/", views.flow, name="flow"),
]
