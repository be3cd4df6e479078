"""Accounts' own pages on the public host, beside allauth's."""

from django.urls import path

from tenants.accounts import account, openings, views

urlpatterns = [
    path("", account.page, name="account"),
    path("profile/", account.profile, name="account_profile"),
    path("sessions/", account.session_list, name="account_sessions"),
    path("sessions/end-others/", account.end_others, name="account_end_others"),
    path("sessions/<uuid:public_id>/end/", account.end_session, name="account_end_session"),
    path("delete/", account.delete, name="account_delete"),
    path("confirm-email/again/", account.send_again, name="account_send_again"),
    path("salons/", views.salons, name="salons"),
    path("salons/address/", openings.address, name="salon_address"),
    path("opening/<uuid:ticket>/", openings.progress, name="opening"),
    path("enter/<slug:slug>/", views.enter, name="enter_salon"),
    path("prove/<slug:slug>/", views.prove, name="prove"),
]
