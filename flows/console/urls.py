"""Addresses of the console: runs of a flow, one run, the runs with one contact."""

from django.urls import path

from flows.console import executions, numbers, of_number, views

_RUN = "<uuid:public_id>/executions/<uuid:execution_id>/"

urlpatterns = [
    path("executions/", executions.all_executions, name="all_executions"),
    path("contacts/<uuid:public_id>/", views.contact_runs, name="contact_runs"),
    path("conversations/<uuid:public_id>/", views.of_conversation, name="of_conversation"),
    path("conversations/<uuid:public_id>/stop/", views.stop, name="stop"),
    path("numbers/<uuid:public_id>/", of_number.of_number, name="of_number"),
    path("<uuid:public_id>/console/", views.console, name="console"),
    path("<uuid:public_id>/counts/", numbers.counts, name="counts"),
    path("<uuid:public_id>/executions/", executions.executions, name="executions"),
    path(_RUN, views.execution, name="execution"),
    path(f"{_RUN}steps/", views.execution_steps, name="execution_steps"),
    path(f"{_RUN}cancel/", views.cancel, name="cancel"),
    path(f"{_RUN}calls/<uuid:call_id>/", views.call, name="call"),
]
