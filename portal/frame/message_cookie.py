"""Django's short messages between two pages, in a cookie that belongs to one host only, or in the session."""

from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage


class HostCookie(CookieStorage):
    """As Django's; the prefix keeps a neighbouring host from setting or reading it."""

    cookie_name = "__Host-messages"


class Storage(FallbackStorage):
    """The cookie; what does not fit into it goes into the session."""

    storage_classes = (HostCookie, SessionStorage)
