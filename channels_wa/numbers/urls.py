"""Addresses of the numbers' pages, below /settings/numbers/."""

from django.urls import path

from channels_wa.numbers.pages import connect, number, profile

app_name = "numbers"
urlpatterns = [
    path("", number.numbers, name="list"),
    path("connect/", connect.connect, name="connect"),
    path("connect/dialog/", connect.dialog, name="dialog"),
    path("connect/back/", connect.arrive, name="arrive"),
    path("connect/<uuid:public_id>/", connect.choose, name="choose"),
    path("<uuid:public_id>/", number.number, name="number"),
    path("<uuid:public_id>/step/", connect.step, name="step"),
    path("<uuid:public_id>/check/", number.check, name="check"),
    path("<uuid:public_id>/default/", number.make_default, name="make_default"),
    path("<uuid:public_id>/signature/", number.sign, name="sign"),
    path("<uuid:public_id>/profile/", profile.profile, name="profile"),
    path("<uuid:public_id>/pin/", profile.pin, name="pin"),
    path("<uuid:public_id>/reconnect/", connect.reconnect, name="reconnect"),
    path("<uuid:public_id>/disconnect/", number.disconnect, name="disconnect"),
]
