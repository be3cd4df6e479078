"""Addresses under /media/."""

from django.urls import path

from channels_wa.media import views

app_name = "media"
urlpatterns = [
    path("upload/", views.upload, name="upload"),
    path("<uuid:public_id>/", views.file, name="file"),
    path("<uuid:public_id>/discard/", views.discard, name="discard"),
]
