"""Addresses of privacy, below /settings/privacy/."""

from django.urls import path

from tenants.privacy import views, views_requests

app_name = "privacy"
urlpatterns = [
    path("", views.settings, name="settings"),
    path("record/", views.record, name="record"),
    path("requests/", views_requests.requests_list, name="requests"),
    path("contacts/<uuid:public_id>/export/", views_requests.export, name="export"),
    path("contacts/<uuid:public_id>/erase/", views_requests.erase, name="erase"),
    path("requests/<uuid:public_id>/", views_requests.request_page, name="request"),
    path("requests/<uuid:public_id>/receipt.json", views_requests.receipt, name="receipt"),
    path("requests/<uuid:public_id>/check/", views_requests.check, name="check"),
    path("requests/<uuid:public_id>/again/", views_requests.again, name="again"),
    path("requests/<uuid:public_id>/link/", views_requests.link, name="link"),
    path("requests/<uuid:public_id>/file/", views_requests.download, name="download"),
]
