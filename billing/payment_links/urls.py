"""Addresses for payment providers, on the public host."""

from django.urls import path

from billing.payment_links import views

app_name = "payment_links"
urlpatterns = [path("<slug:provider>/", views.news, name="news")]
