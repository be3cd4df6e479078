"""Addresses of packages."""

from django.urls import path

from crm.bookings.packages import views

app_name = "packages"
urlpatterns = [
    path("", views.packages, name="list"),
    path("sell/", views.sell, name="sell"),
    path("sold/<uuid:public_id>/", views.sold, name="sold"),
    path("sold/<uuid:public_id>/use/", views.use, name="use"),
    path("sold/<uuid:public_id>/return/", views.give_back, name="give_back"),
    path("sold/<uuid:public_id>/paid/", views.paid, name="paid"),
    path("sold/<uuid:public_id>/refund/", views.refund, name="refund"),
    path("<uuid:public_id>/", views.package, name="package"),
    path("<uuid:public_id>/archive/", views.put_away, name="archive"),
]
