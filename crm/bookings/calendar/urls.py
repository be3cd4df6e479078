"""Addresses of the calendar."""

from django.urls import path

from crm.bookings.calendar.views import acts, blocked, booking, moving, new, page

app_name = "calendar"
urlpatterns = [
    path("", page.calendar, name="calendar"),
    path("days/", page.of_days, name="days"),
    path("month/", page.month, name="month"),
    path("new/", new.new, name="new"),
    path("new/look/", new.look, name="look"),
    path("new/people/", new.people, name="people"),
    path("times/new/", blocked.new, name="new_time"),
    path("times/<uuid:public_id>/", blocked.time, name="time"),
    path("times/<uuid:public_id>/cancel/", blocked.cancel, name="cancel_time"),
    path("bookings/<uuid:public_id>/", booking.booking, name="booking"),
    path("bookings/<uuid:public_id>/move/", moving.move, name="move"),
    path("bookings/<uuid:public_id>/undo/", moving.undo, name="undo"),
    path("bookings/<uuid:public_id>/state/", acts.state, name="state"),
    path("bookings/<uuid:public_id>/deposit/", acts.deposit, name="deposit"),
    path("bookings/<uuid:public_id>/note/", acts.note, name="note"),
]
