"""Addresses of the booking page."""

from django.urls import path

from crm.bookings.page.views import book, visit, wait

app_name = "book"
urlpatterns = [
    path("", book.book, name="book"),
    path("wait/", wait.wait, name="wait"),
    path("manage/<str:token>/", visit.visit, name="visit"),
    path("manage/<str:token>/stage/", visit.stage, name="stage"),
    path("manage/<str:token>/code/", visit.code, name="code"),
    path("manage/<str:token>/send/", visit.send, name="send"),
    path("manage/<str:token>/move/", visit.move, name="move"),
    path("manage/<str:token>/cancel/", visit.cancel, name="cancel"),
    path("manage/<str:token>/earlier/", visit.earlier, name="earlier"),
    path("manage/<str:token>/visit.ics", visit.file, name="file"),
]
