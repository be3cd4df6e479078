"""Accounts' own pages on the public host, beside allauth's."""

from django.urls import path

from tenants.accounts import views

urlpatterns = [
    path("salons/", views.salons, name="salons"),
    path("enter/<slug:slug>/", views.enter, name="enter_salon"),
]
