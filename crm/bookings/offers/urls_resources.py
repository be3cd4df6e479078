"""Addresses of chairs and rooms."""

from django.urls import path

from crm.bookings.offers.views import resources

app_name = "resources"
urlpatterns = [
    path("", resources.listed, name="list"),
    path("<uuid:public_id>/", resources.resource, name="resource"),
    path("<uuid:public_id>/archive/", resources.archive, name="archive"),
    path("<uuid:public_id>/restore/", resources.restore, name="restore"),
    path("<uuid:public_id>/move/", resources.move_resource, name="move"),
]
