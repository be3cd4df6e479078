"""Addresses of the share dialog."""

from django.urls import path

from tenants.sharing import views

app_name = "sharing"
urlpatterns = [
    path("<slug:kind>/<uuid:thing>/", views.dialog, name="dialog"),
    path("<slug:kind>/<uuid:thing>/give/", views.give, name="give"),
    path("<slug:kind>/<uuid:thing>/only/", views.only, name="only"),
    path("<slug:kind>/<uuid:thing>/grants/<uuid:share_id>/", views.change, name="change"),
    path("<slug:kind>/<uuid:thing>/grants/<uuid:share_id>/remove/", views.remove, name="remove"),
]
