"""Addresses of consent: the rules, and one guest's words."""

from django.urls import path

from crm.consent import exporting, views

app_name = "consent"
urlpatterns = [
    path("settings/rules/", views.rules, name="rules"),
    path("settings/privacy/consent.csv", exporting.register, name="register"),
    path("contacts/<uuid:public_id>/consent/", views.card, name="card"),
    path("contacts/<uuid:public_id>/consent/note/", views.note, name="note"),
]
