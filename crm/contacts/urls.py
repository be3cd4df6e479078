"""Addresses of the contacts."""

from django.urls import path

from crm.contacts import merge_views, views

app_name = "contacts"
urlpatterns = [
    path("", views.contacts, name="list"),
    path("<uuid:public_id>/", views.contact, name="contact"),
    path("<uuid:public_id>/merge/", merge_views.merge, name="merge"),
    path("<uuid:public_id>/merges/", merge_views.merges, name="merges"),
    path("<uuid:public_id>/merges/<uuid:merge_id>/undo/", merge_views.undo_merge, name="undo_merge"),
]
