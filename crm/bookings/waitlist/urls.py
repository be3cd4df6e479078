"""Addresses of the waitlist."""

from django.urls import path

from crm.bookings.waitlist import views

app_name = "waitlist"
urlpatterns = [
    path("waitlist/", views.entries, name="list"),
    path("waitlist/new/", views.new, name="new"),
    path("waitlist/badge/", views.badge, name="badge"),
    path("waitlist/people/", views.people, name="people"),
    path("waitlist/<uuid:public_id>/", views.entry, name="entry"),
    path("waitlist/<uuid:public_id>/leave/", views.leave, name="leave"),
    path("waitlist/<uuid:public_id>/offer/", views.offer, name="offer"),
    path("waitlist/<uuid:public_id>/withdraw/", views.withdraw, name="withdraw"),
    path("settings/waitlist/", views.settings, name="settings"),
]
