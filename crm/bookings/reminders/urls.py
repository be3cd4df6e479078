"""Addresses of reminders."""

from django.urls import path

from crm.bookings.reminders import views

app_name = "reminders"
urlpatterns = [path("", views.rules, name="rules")]
