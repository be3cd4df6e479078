"""Addresses of a guest's visits, below /contacts/."""

from django.urls import path

from crm.bookings.guests import views

app_name = "visits"
urlpatterns = [path("contacts/<uuid:public_id>/bookings/", views.of_contact, name="of_contact")]
