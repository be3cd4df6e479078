"""Addresses of the gallery, of files and of sharing; within those of the flows."""

from django.urls import path

from flows.gallery import files, views

urlpatterns = [
    path("gallery/", views.gallery, name="gallery"),
    path("gallery/shared/<uuid:public_id>/", views.shared, name="gallery_shared"),
    path("gallery/shared/<uuid:public_id>/install/", views.install_shared, name="gallery_install_shared"),
    path("gallery/shared/<uuid:public_id>/withdraw/", files.withdraw, name="gallery_withdraw"),
    path("gallery/<slug:slug>/", views.ready, name="gallery_ready"),
    path("gallery/<slug:slug>/install/", views.install, name="gallery_install"),
    path("gallery/<slug:slug>/templates/", views.write_templates, name="gallery_templates"),
    path("import/", files.import_flow, name="import"),
    path("<uuid:public_id>/export/", files.export, name="export"),
    path("<uuid:public_id>/share/", files.share, name="share"),
]
