"""The frame as a Django app: its template tags need one."""

from django.apps import AppConfig


class FrameConfig(AppConfig):
    """Navigation, components and toasts that every page shares."""

    name = "portal.frame"
    label = "portal_frame"
