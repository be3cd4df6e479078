"""Addresses of the simulator, a flow's tests and replays."""

from django.urls import path

from flows.simulator import replay_views, script_views, views

urlpatterns = [
    path("<uuid:public_id>/simulator/", views.panel, name="simulator"),
    path("<uuid:public_id>/simulator/act/", views.act, name="simulator_act"),
    path("<uuid:public_id>/simulator/restart/", views.restart, name="simulator_restart"),
    path("<uuid:public_id>/simulator/save/", views.save, name="simulator_save"),
    path("<uuid:public_id>/tests/", script_views.tests, name="tests"),
    path("<uuid:public_id>/tests/run/", script_views.run_tests, name="tests_run"),
    path("<uuid:public_id>/tests/new/", script_views.new_test, name="test_new"),
    path("<uuid:public_id>/tests/row/", script_views.row, name="test_row"),
    path("<uuid:public_id>/tests/<uuid:test_id>/", script_views.test, name="test"),
    path("<uuid:public_id>/tests/<uuid:test_id>/switch/", script_views.switch_test, name="test_switch"),
    path("<uuid:public_id>/tests/<uuid:test_id>/drop/", script_views.drop_test, name="test_drop"),
    path("<uuid:public_id>/executions/<uuid:execution_id>/test/", script_views.from_run, name="test_from_run"),
    path("<uuid:public_id>/executions/<uuid:execution_id>/replay/", replay_views.replay, name="replay"),
]
