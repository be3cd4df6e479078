"""Django's view of this folder."""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    """Home and its neighbours; no tables."""

    name = "portal.pages"
    label = "pages"
