"""Addresses of the calendar."""

from django.urls import path

from crm.bookings.calendar.views import acts, booking, moving, page

app_name = "calendar"
urlpatterns = [
    path("", page.calendar, name="calendar"),
    path("days/", page.of_days, name="days"),
    path("month/", page.month, name="month"),
    path("bookings/<uuid:public_id>/", booking.booking, name="booking"),
    path("bookings/<uuid:public_id>/move/", moving.move, name="move"),
    path("bookings/<uuid:public_id>/undo/", moving.undo, name="undo"),
    path("bookings/<uuid:public_id>/state/", acts.state, name="state"),
    path("bookings/<uuid:public_id>/note/", acts.note, name="note"),
]
