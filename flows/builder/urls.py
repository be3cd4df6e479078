"""Addresses of the builder: the list of flows, one flow's drawing, and what is done with it."""

from django.urls import path

from flows.builder import acts, drafting, listing, publishing, settings_page, versions, views

urlpatterns = [
    path("", listing.flows, name="list"),
    path("new/", acts.create, name="create"),
    path("<uuid:public_id>/", views.flow, name="flow"),
    path("<uuid:public_id>/draft/", drafting.draft, name="draft"),
    path("<uuid:public_id>/drawing/", drafting.drawing, name="drawing"),
    path("<uuid:public_id>/discard/", drafting.discard, name="discard"),
    path("<uuid:public_id>/revisions/<int:number>/revert/", drafting.revert, name="revert"),
    path("<uuid:public_id>/publish/", publishing.publish, name="publish"),
    path("<uuid:public_id>/settings/", settings_page.settings, name="settings"),
    path("<uuid:public_id>/versions/", versions.versions, name="versions"),
    path("<uuid:public_id>/versions/<int:number>/restore/", versions.restore_version, name="restore_version"),
    path("<uuid:public_id>/versions/<int:number>/move/", versions.move_runs, name="move_runs"),
    path("<uuid:public_id>/versions/<int:number>/end/", versions.end_runs, name="end_runs"),
    path("<uuid:public_id>/rename/", acts.rename, name="rename"),
    path("<uuid:public_id>/switch/", acts.switch, name="switch"),
    path("<uuid:public_id>/resume/", acts.resume, name="resume"),
    path("<uuid:public_id>/archive/", acts.archive, name="archive"),
    path("<uuid:public_id>/restore/", acts.restore, name="restore"),
    path("<uuid:public_id>/duplicate/", acts.duplicate, name="duplicate"),
    path("<uuid:public_id>/first/", acts.go_first, name="go_first"),
]
