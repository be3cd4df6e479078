"""Addresses of the message templates."""

from django.urls import path

from channels_wa.message_templates import editor, picking, views

app_name = "templates"
urlpatterns = [
    path("", views.templates, name="list"),
    path("new/", editor.new, name="new"),
    path("preview/", editor.preview, name="preview"),
    path("sync/", views.sync, name="sync"),
    path("pick/", picking.pick, name="pick"),
    path("<uuid:public_id>/", views.template, name="template"),
    path("<uuid:public_id>/edit/", editor.edit, name="edit"),
    path("<uuid:public_id>/submit/", views.submit, name="submit"),
    path("<uuid:public_id>/duplicate/", views.duplicate, name="duplicate"),
    path("<uuid:public_id>/delete/", views.delete, name="delete"),
    path("<uuid:public_id>/drop-changes/", views.drop_changes, name="drop_changes"),
    path("<uuid:public_id>/fill/", picking.fill, name="fill"),
]
