"""Django's view of this folder."""

from django.apps import AppConfig


class GalleryConfig(AppConfig):
    """See the models."""

    name = "flows.gallery"
    label = "gallery"
