"""Addresses of the pipelines among the settings."""

from django.urls import path

from crm.deals.views import pipelines

app_name = "pipelines"
urlpatterns = [
    path("", pipelines.pipelines, name="list"),
    path("<uuid:public_id>/", pipelines.pipeline, name="pipeline"),
    path("<uuid:public_id>/default/", pipelines.default, name="default"),
    path("<uuid:public_id>/archive/", pipelines.archive, name="archive"),
    path("<uuid:public_id>/add/", pipelines.add_stage, name="add_stage"),
    path("stages/<uuid:public_id>/", pipelines.stage, name="stage"),
    path("stages/<uuid:public_id>/move/", pipelines.move_stage, name="move_stage"),
    path("stages/<uuid:public_id>/archive/", pipelines.archive_stage, name="archive_stage"),
]
