"""Addresses of the salon's hours and rules for bookings."""

from django.urls import path

from crm.bookings.offers.views import rules, zone

app_name = "booking_settings"
urlpatterns = [
    path("", rules.rules, name="rules"),
    path("hours/", rules.salon_hours, name="hours"),
    path("holidays/", rules.add_holiday, name="add_holiday"),
    path("holidays/<uuid:public_id>/", rules.holiday, name="holiday"),
    path("holidays/<uuid:public_id>/delete/", rules.delete_holiday, name="delete_holiday"),
    path("outside/", rules.outside_page, name="outside"),
    path("zone/", zone.time_zone, name="zone"),
    path("review/", zone.review, name="review"),
    path("review/all/", zone.looked_at_all, name="looked_at_all"),
    path("review/<uuid:public_id>/", zone.looked_at, name="looked_at"),
    path("review/<uuid:public_id>/again/", zone.look_again, name="look_again"),
]
