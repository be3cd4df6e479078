"""Addresses of services."""

from django.urls import path

from crm.bookings.offers.views import services

app_name = "services"
urlpatterns = [
    path("", services.listed, name="list"),
    path("new/", services.new, name="new"),
    path("categories/", services.new_category, name="new_category"),
    path("categories/<uuid:public_id>/", services.rename_category, name="rename_category"),
    path("categories/<uuid:public_id>/move/", services.move_category, name="move_category"),
    path("categories/<uuid:public_id>/archive/", services.archive_category, name="archive_category"),
    path("categories/<uuid:public_id>/restore/", services.restore_category, name="restore_category"),
    path("<uuid:public_id>/", services.service, name="service"),
    path("<uuid:public_id>/archive/", services.archive, name="archive"),
    path("<uuid:public_id>/restore/", services.restore, name="restore"),
    path("<uuid:public_id>/move/", services.move_service, name="move"),
]
