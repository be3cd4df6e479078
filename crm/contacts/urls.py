"""Addresses of the contacts, and of what is known of them."""

from django.urls import path

from crm.contacts import editing, known_views, merge_views, noting, segment_views, views
from crm.contacts.exporting import views as exporting
from crm.contacts.importing import views as importing

app_name = "contacts"
urlpatterns = [
    path("contacts/", views.contacts, name="list"),
    path("contacts/new/", editing.new, name="new"),
    path("contacts/many/", editing.many, name="many"),
    path("contacts/mentions/", noting.mentions, name="mentions"),
    path("contacts/export/", exporting.export, name="export"),
    path("contacts/imports/", importing.imports, name="imports"),
    path("contacts/imports/sample/", importing.sample, name="import_sample"),
    path("contacts/imports/<uuid:public_id>/", importing.one, name="import"),
    path("contacts/imports/<uuid:public_id>/state/", importing.state, name="import_state"),
    path("contacts/imports/<uuid:public_id>/check/", importing.check, name="import_check"),
    path("contacts/imports/<uuid:public_id>/act/", importing.act, name="import_act"),
    path("contacts/imports/<uuid:public_id>/refused/", importing.refused, name="import_refused"),
    path("contacts/<uuid:public_id>/", views.contact, name="contact"),
    path("contacts/<uuid:public_id>/details/", editing.details, name="details"),
    path("contacts/<uuid:public_id>/tag/", editing.tag, name="tag"),
    path("contacts/<uuid:public_id>/block/", editing.block, name="block"),
    path("contacts/<uuid:public_id>/history/", views.history, name="history"),
    path("contacts/<uuid:public_id>/note/", noting.card, name="notes"),
    path("contacts/<uuid:public_id>/note/add/", noting.add, name="note_add"),
    path("contacts/<uuid:public_id>/merge/", merge_views.merge, name="merge"),
    path("contacts/<uuid:public_id>/merges/", merge_views.merges, name="merges"),
    path(
        "contacts/<uuid:public_id>/merges/<uuid:merge_id>/undo/",
        merge_views.undo_merge,
        name="undo_merge",
    ),
    path("notes/<uuid:public_id>/", noting.act, name="note"),
    path("settings/tags/", known_views.tag_list, name="tags"),
    path("settings/tags/new/", known_views.tag_new, name="tag_new"),
    path("settings/tags/<uuid:public_id>/", known_views.tag_act, name="tag_act"),
    path("settings/fields/", known_views.field_list, name="fields"),
    path("settings/fields/new/", known_views.field_new, name="field_new"),
    path("settings/fields/<uuid:public_id>/", known_views.field_act, name="field"),
    path("settings/segments/", segment_views.segment_list, name="segments"),
    path("settings/segments/new/", segment_views.new, name="segment_new"),
    path("settings/segments/rows/", segment_views.rows, name="segment_rows"),
    path("settings/segments/<uuid:public_id>/", segment_views.segment, name="segment"),
    path("settings/segments/<uuid:public_id>/archive/", segment_views.archive, name="segment_archive"),
]
