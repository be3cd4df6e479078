"""Addresses below /settings/people/."""

from django.urls import path

from tenants.members.views import invitations, ownership, people

app_name = "people"
urlpatterns = [
    path("", people.listed, name="list"),
    path("invite/", invitations.invite, name="invite"),
    path("invitations/<uuid:public_id>/again/", invitations.send_again, name="send_again"),
    path("invitations/<uuid:public_id>/revoke/", invitations.revoke, name="revoke"),
    path("ownership/", ownership.transfer, name="transfer"),
    path("ownership/withdraw/", ownership.withdraw, name="withdraw"),
    path("<uuid:public_id>/", people.person, name="person"),
    path("<uuid:public_id>/off/", people.switch_off, name="switch_off"),
    path("<uuid:public_id>/on/", people.switch_on, name="switch_on"),
    path("<uuid:public_id>/remove/", people.remove, name="remove"),
]
