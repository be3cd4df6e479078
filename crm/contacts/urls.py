"""Addresses of the contacts."""

from django.urls import path

from crm.contacts import views

app_name = "contacts"
urlpatterns = [
    path("", views.contacts, name="list"),
    path("<uuid:public_id>/", views.contact, name="contact"),
]
