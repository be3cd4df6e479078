"""Addresses of the canned replies."""

from django.urls import path

from crm.inbox.settings import replies

app_name = "replies"
urlpatterns = [
    path("", replies.listed, name="list"),
    path("add/", replies.add, name="add"),
    path("<uuid:reply_id>/", replies.change, name="change"),
    path("<uuid:reply_id>/delete/", replies.delete, name="delete"),
]
