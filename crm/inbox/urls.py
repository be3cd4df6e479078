"""Addresses of the inbox."""

from django.urls import path

from crm.inbox import views

app_name = "inbox"
urlpatterns = [
    path("", views.inbox, name="list"),
    path("<uuid:public_id>/", views.conversation, name="conversation"),
    path("<uuid:public_id>/read/", views.read, name="read"),
    path("<uuid:public_id>/messages/", views.send, name="send"),
]
