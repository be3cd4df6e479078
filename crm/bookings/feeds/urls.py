"""Addresses of feeds."""

from django.urls import path

from crm.bookings.feeds import views

app_name = "feeds"
urlpatterns = [
    path("<str:token>.ics", views.calendar, name="calendar"),
    path("own/", views.own, name="own"),
    path("professionals/<uuid:public_id>/", views.of_professional, name="professional"),
]
