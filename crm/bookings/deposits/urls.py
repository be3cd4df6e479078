"""Addresses of the rules for deposits."""

from django.urls import path

from crm.bookings.deposits import views

app_name = "deposits"
urlpatterns = [
    path("", views.rules, name="rules"),
    path("services/<uuid:public_id>/", views.service, name="service"),
]
