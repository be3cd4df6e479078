"""Addresses of the console: runs of a flow, one run, the runs with one contact."""

from django.urls import path

from flows.console import of_number, views

urlpatterns = [
    path("contacts/<uuid:public_id>/", views.contact_runs, name="contact_runs"),
    path("numbers/<uuid:public_id>/", of_number.of_number, name="of_number"),
    path("<uuid:public_id>/executions/", views.executions, name="executions"),
    path("<uuid:public_id>/executions/<uuid:execution_id>/", views.execution, name="execution"),
]
