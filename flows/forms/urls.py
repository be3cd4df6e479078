"""Addresses of the forms of a flow's steps."""

from django.urls import path

from flows.forms import views

urlpatterns = [
    path("<uuid:public_id>/form/", views.form, name="form"),
    path("<uuid:public_id>/form/save/", views.save, name="form_save"),
    path("<uuid:public_id>/form/formulas/", views.formulas, name="form_formulas"),
    path("<uuid:public_id>/form/try/", views.attempt, name="form_try"),
]
