"""The side menu. Each app that has a page says so in a `navigation.py` of its own:

    ENTRIES = [Entry(_("Inbox"), "inbox:list", "inbox", Permission.INBOX_SEE, order=20)]

An entry whose page does not exist is not written, so there is no dead one to hide.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import NamedTuple

from django.apps import apps
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.module_loading import module_has_submodule

MOST_ENTRIES = 7
ON_PHONES = 4


@dataclass(frozen=True)
class Entry:
    """One page of the menu; `label` is translated when shown, `order` decides the place (home is 10)."""

    label: str | Promise
    url_name: str
    icon: str
    permission: str
    order: int


class Link(NamedTuple):
    """An entry as the page shows it."""

    label: str
    url: str
    icon: str
    is_here: bool


@cache
def entries() -> tuple[Entry, ...]:
    """What all apps put into the menu, in order."""
    found: list[Entry] = []
    for app in apps.get_app_configs():
        if app.module is not None and module_has_submodule(app.module, "navigation") and app.name != "portal.frame":
            found += import_module(f"{app.name}.navigation").ENTRIES
    return tuple(sorted(found, key=lambda entry: entry.order))


def links(path: str, *, may: Callable[[str], bool]) -> list[Link]:
    """The entries this person may open, the one they are on marked."""
    shown = [(entry, reverse(entry.url_name)) for entry in entries() if may(entry.permission)]
    # The longest address that fits wins, so that "/" is not "here" everywhere.
    here = max((url for _, url in shown if path.startswith(url) and (url != "/" or path == "/")), key=len, default=None)
    return [Link(str(entry.label), url, entry.icon, url == here) for entry, url in shown][:MOST_ENTRIES]
