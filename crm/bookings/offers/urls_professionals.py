"""Addresses of professionals."""

from django.urls import path

from crm.bookings.offers.views import hours, professionals, time_off

app_name = "professionals"
urlpatterns = [
    path("", professionals.listed, name="list"),
    path("new/", professionals.new, name="new"),
    path("days/<uuid:public_id>/", hours.day, name="day"),
    path("days/<uuid:public_id>/delete/", hours.delete_day, name="delete_day"),
    path("time-off/<uuid:public_id>/", time_off.edit, name="edit_time_off"),
    path("time-off/<uuid:public_id>/cancel/", time_off.cancel, name="cancel_time_off"),
    path("time-off/<uuid:public_id>/restore/", time_off.restore, name="restore_time_off"),
    path("<uuid:public_id>/", professionals.professional, name="professional"),
    path("<uuid:public_id>/archive/", professionals.archive, name="archive"),
    path("<uuid:public_id>/restore/", professionals.restore, name="restore"),
    path("<uuid:public_id>/move/", professionals.move_professional, name="move"),
    path("<uuid:public_id>/hours/", hours.hours, name="hours"),
    path("<uuid:public_id>/days/", hours.add_day, name="add_day"),
    path("<uuid:public_id>/time-off/", time_off.time_off, name="time_off"),
]
